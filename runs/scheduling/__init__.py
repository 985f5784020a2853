"""Schedules: when a flow is to be started; read, kept, shown and served."""
