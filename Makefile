.PHONY: run test check problem-pages

run:
	./run

test:
	./test

check:
	.venv/bin/ruff check . && .venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy .
	.venv/bin/python manage.py check --fail-level WARNING
	.venv/bin/python manage.py makemigrations --check --dry-run

problem-pages:
	.venv/bin/python tools/problem_pages.py
