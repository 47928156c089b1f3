# One image for every process: `serve`, `worker`, and what else `replaybook --help` names.
#   docker build -t replaybook .                                              on one machine
#   docker build -t replaybook --build-arg LOCK=requirements-all.lock .       with the clients of S3, ClickHouse and Postgres
#
# The bases are named by digest. These were read in public repositories that use them and not asked of a registry:
# `docker buildx imagetools inspect python:3.11-slim-bookworm` says whether there is a newer one.
FROM node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d AS rrweb
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-fund --no-audit

FROM python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS base

# The packages as `make setup` installs them. Those for development are listed for the hashes of what builds the project.
FROM base AS packages
ARG LOCK=requirements.lock
WORKDIR /app
ENV UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
COPY requirements*.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-uv.lock \
 && uv venv .venv \
 && uv pip install --require-hashes --requirement "$LOCK"
COPY pyproject.toml README.md ./
COPY bot ./bot
COPY handlers ./handlers
COPY standins ./standins
COPY templates ./templates
RUN uv pip install --no-deps --build-constraints requirements-dev.lock --editable . \
 && .venv/bin/python -m compileall -q bot handlers standins

FROM base
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
      chromium-headless-shell fontconfig fonts-liberation fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
      redis-server tini \
 && rm -rf /var/lib/apt/lists/* \
 && fc-cache --force --system-only \
 && useradd --no-log-init --create-home --uid 10001 replaybook \
 && install -d -o replaybook -g replaybook -m 0700 /data
WORKDIR /app
COPY --from=packages /app ./
COPY --from=rrweb /app/node_modules ./node_modules
COPY owners.yaml ./
# A number, because Kubernetes can't tell whether a name is root. Chromium keeps its sandbox: see deploy/README.md.
USER 10001:10001
# The root file system may be read-only. Written to are /data (without a Redis, a Postgres, an object store and a
# ClickHouse of your own all that is kept, so a volume; with them nothing that has to stay) and /tmp (browsers' folders).
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    REPLAYBOOK_DATA=/data REPLAYBOOK_HOST=0.0.0.0 REPLAYBOOK_PORT=8400 REPLAYBOOK_LOG_FORMAT=json
VOLUME /data
EXPOSE 8400
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['REPLAYBOOK_PORT'] + '/healthz', timeout=4)"]
# The first process of a container: it waits for what a killed browser leaves behind.
ENTRYPOINT ["tini", "--", "replaybook"]
CMD ["serve"]
