# The server as an image: docker build --tag seventh . — docs/deploy.md says how to run it.
FROM python:3.13-slim AS wheels
WORKDIR /source
COPY requirements/build.txt requirements/run.txt requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/build.txt \
 && pip wheel --no-cache-dir --no-deps --no-build-isolation --require-hashes --requirement requirements/run.txt --wheel-dir /wheels
COPY pyproject.toml README.md LICENSE app.py ./
COPY surveys surveys
COPY analysis analysis
COPY templates templates
COPY static static
COPY migrations migrations
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.13-slim
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-deps /wheels/*.whl
RUN useradd --uid 10001 --no-create-home seventh && install --directory --owner=seventh --mode=700 /data
USER seventh
# Where .env and a relative SQLite address are taken from; nothing else is written.
WORKDIR /data
VOLUME /data
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=5)"]
CMD ["gunicorn", "--no-control-socket", "--logger-class", "surveys.cli.server_log.ServerLog", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "16", "--worker-tmp-dir", "/dev/shm", "app:create_app()"]
