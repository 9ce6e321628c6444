# motcua as one image; compose.yaml and docs/operations.md say which processes run from it.
# An office that pins images by digest sets PYTHON_IMAGE=python:3.12-slim@sha256:...
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/motcua
ENV PATH=/opt/motcua/bin:$PATH
WORKDIR /src
# The pinned libraries first: this layer is made again only when the lock file changes.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY knowledge ./knowledge
COPY migrations ./migrations
RUN pip install --no-deps --no-build-isolation .

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --user-group --home-dir /srv/motcua --create-home motcua \
    && install -d -o motcua -g motcua -m 700 /srv/motcua/var
COPY --from=build /opt/motcua /opt/motcua
ENV PATH=/opt/motcua/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MOTCUA_HOST=0.0.0.0 \
    MOTCUA_PORT=8000 \
    MOTCUA_DATA_DIR=/srv/motcua/var
WORKDIR /srv/motcua
USER motcua
VOLUME /srv/motcua/var
EXPOSE 8000
# Only `run` and `web` listen; compose.yaml switches this off for workers and the scheduler.
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['MOTCUA_PORT'] + '/healthz', timeout=4)"]
# SIGINT lets what is on its way end; SIGTERM would cut it off.
STOPSIGNAL SIGINT
ENTRYPOINT ["motcua"]
CMD ["run"]
