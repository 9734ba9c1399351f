# Pintuan's server, worker and migrations: one image, another command for each (compose.yaml shows them).
# It runs as nobody in particular, on a read-only file system, and writes only to /data and /tmp.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.txt pyproject.toml deploy/runtime_lock.py ./
# Locked with hashes, and without what only development needs.
RUN python runtime_lock.py > runtime.txt \
    && python -m venv /opt/pintuan \
    && /opt/pintuan/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r runtime.txt
COPY app /srv/pintuan/app
COPY schema /srv/pintuan/schema
COPY share /srv/pintuan/share
COPY migrations /srv/pintuan/migrations
COPY LICENSE /srv/pintuan/
# A read-only file system keeps no bytecode: it is made here, once.
RUN /opt/pintuan/bin/python -m compileall -q /srv/pintuan

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="pintuan" org.opencontainers.image.licenses="Apache-2.0"
# The folders exist with their owner, so that a new volume mounted there belongs to the same.
RUN useradd --system --uid 10001 --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin pintuan \
    && install --directory --owner=pintuan --group=pintuan /data /sandbox
COPY --from=build /opt/pintuan /opt/pintuan
COPY --from=build /srv/pintuan /srv/pintuan
ENV PATH=/opt/pintuan/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PINTUAN_ENV=production \
    PINTUAN_WECHAT_SANDBOX=false \
    PINTUAN_DATA_DIR=/data
WORKDIR /srv/pintuan
USER 10001:10001
EXPOSE 8000
VOLUME ["/data"]
# SIGTERM drains: requests in flight finish, sockets are told to come back.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["python", "-m", "app.cli", "server", "--host", "0.0.0.0", "--port", "8000"]
