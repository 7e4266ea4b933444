# archtrack with its extras for the Hub, for agents and for YAML. It holds no git: all works without it but `git:` sources
# and engines whose releases are tags. docs/install.md says how to run it, and how to add git.
FROM python:3.13-slim AS build
ARG EXTRAS=[hub,mcp,yaml]
WORKDIR /source
RUN python -m venv --without-pip /opt/archtrack

# The libraries first, in a layer of their own, which lasts until pyproject.toml or the version changes.
COPY pyproject.toml README.md LICENSE ./
COPY src/archtrack/version.py src/archtrack/
# This folder has no version to pin.
# hadolint ignore=DL3013
RUN pip --python /opt/archtrack install --no-cache-dir ".${EXTRAS}"

COPY src src
RUN pip --python /opt/archtrack install --no-cache-dir --no-deps --force-reinstall .

FROM python:3.13-slim
LABEL org.opencontainers.image.title="archtrack" \
      org.opencontainers.image.description="Which LLM inference engine runs this model, since which release" \
      org.opencontainers.image.licenses="MIT"
# Cache and newer data go to /kept, for whatever user --user names.
RUN useradd --uid 1000 archtrack && mkdir --mode 1777 /kept
COPY --from=build /opt/archtrack /opt/archtrack
ENV HOME=/kept PATH=/opt/archtrack/bin:$PATH
USER 1000
WORKDIR /work
ENTRYPOINT ["archtrack"]
