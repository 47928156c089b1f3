# One image for the bot (`serve`) and its workers (`worker`). Runs as a user of its own, so Chromium keeps its sandbox.
FROM node:20-bookworm-slim AS rrweb
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-fund --no-audit

FROM python:3.11-slim-bookworm
RUN apt-get update -q \
 && apt-get install -qy --no-install-recommends \
      chromium-headless-shell fontconfig fonts-liberation fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
      redis-server \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 replaybook \
 && install -d -o replaybook -g replaybook /data
WORKDIR /app
# Packages as `make setup` installs them. Those for development are listed for the hashes of what builds the project.
ENV UV_SYSTEM_PYTHON=1 UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1
COPY requirements-uv.lock requirements.lock requirements-dev.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-uv.lock \
 && uv pip install --require-hashes --requirement requirements.lock
COPY --from=rrweb /app/node_modules ./node_modules
COPY pyproject.toml README.md owners.yaml ./
COPY bot ./bot
COPY handlers ./handlers
COPY standins ./standins
COPY templates ./templates
RUN uv pip install --no-deps --build-constraints requirements-dev.lock --editable .
USER replaybook
ENV REPLAYBOOK_DATA=/data REPLAYBOOK_HOST=0.0.0.0 REPLAYBOOK_LOG_FORMAT=json
VOLUME /data
EXPOSE 8400
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8400/healthz', timeout=4)"
ENTRYPOINT ["replaybook"]
CMD ["serve"]
