"""What runs in the child, beside or around a person's function: the standard library only, and no Django.

Each module that is started has a `main` that takes the command line's words. The modules find each other as
neighbours, not through this package. Every import here is paid for by every call, so there are few,
and no typing among them.
"""
