# One target each for the licensing service, the mock Authorization server, the example register and the broker.
#
# To pin a base image to a digest of your own registry: --build-arg NODE_IMAGE=… or NATS_IMAGE=…
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG NATS_IMAGE=nats:2.12.8-alpine

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY mock-auth-server/package.json mock-auth-server/
COPY client/package.json client/

# npm ci installs exactly the lock file. It runs no install scripts (.npmrc), so nothing is compiled.
FROM manifests AS build
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY styles styles
COPY profiles profiles
COPY src src
COPY mock-auth-server mock-auth-server
COPY client client
RUN node scripts/build.mjs

# Only the runtime dependencies of each process. The optional ones are for Node 20 and for another runtime.
FROM manifests AS licensing-dependencies
COPY deploy/remove-what-is-not-run.sh deploy/
RUN --mount=type=cache,target=/root/.npm \
  npm ci --omit=dev --omit=optional --workspaces=false --no-audit --no-fund \
  && sh deploy/remove-what-is-not-run.sh node_modules

FROM manifests AS mock-dependencies
COPY deploy/remove-what-is-not-run.sh deploy/
RUN --mount=type=cache,target=/root/.npm \
  npm ci --omit=dev --omit=optional --workspace mock-auth-server --no-audit --no-fund \
  && sh deploy/remove-what-is-not-run.sh node_modules

FROM manifests AS register-dependencies
COPY deploy/remove-what-is-not-run.sh deploy/
RUN --mount=type=cache,target=/root/.npm \
  npm ci --omit=dev --omit=optional --workspace client --no-audit --no-fund \
  && sh deploy/remove-what-is-not-run.sh node_modules

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
RUN mkdir /data && chown node:node /data
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.licenses="MIT"
# Numeric, so that an orchestrator can check that it is not root.
USER 1000:1000

FROM runtime AS init
LABEL org.opencontainers.image.title="POS licensing: secrets at the first start"
COPY --from=register-dependencies /app/node_modules node_modules
COPY client/package.json client/
COPY scripts/start/create-nats-passwords.mjs scripts/start/
COPY deploy/create-secrets.mjs deploy/
USER root
RUN mkdir -p /secrets/nats /secrets/licensing /secrets/postgres && chown -R node:node /secrets
USER 1000:1000
CMD ["node", "deploy/create-secrets.mjs"]

FROM runtime AS mock-auth-server
LABEL org.opencontainers.image.title="POS licensing: mock of the Authorization server"
COPY --from=mock-dependencies /app/node_modules node_modules
COPY --from=mock-dependencies /app/mock-auth-server mock-auth-server
COPY styles styles
COPY --from=build /app/mock-auth-server/dist mock-auth-server/dist
ENV HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
EXPOSE 4000
HEALTHCHECK --interval=15s --timeout=10s --retries=4 --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "mock-auth-server/dist/main.js"]

FROM runtime AS register
LABEL org.opencontainers.image.title="POS licensing: example register"
COPY --from=register-dependencies /app/node_modules node_modules
COPY --from=register-dependencies /app/client client
COPY --from=build /app/client/dist client/dist
# The register touches this in-memory file every five seconds while it is connected or waits for its server's first license.
ENV CONNECTED_FILE=/dev/shm/connected
HEALTHCHECK --interval=15s --timeout=10s --retries=4 --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "process.exit(Date.now() - fs.statSync(process.env.CONNECTED_FILE).mtimeMs < 15_000 ? 0 : 1)"]
CMD ["node", "client/dist/example-register.js"]

FROM ${NATS_IMAGE} AS nats
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="POS licensing: the broker of a store" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.licenses="MIT AND Apache-2.0"
COPY deploy/nats /etc/nats
RUN mkdir /data && chown 1000:1000 /data
# The same user as in the other images, so that it can read the passwords that init creates.
USER 1000:1000
EXPOSE 4222
HEALTHCHECK --interval=15s --timeout=10s --retries=4 --start-period=30s --start-interval=1s \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8222/healthz"]
ENTRYPOINT ["/bin/sh", "/etc/nats/run-broker.sh"]

# The last target is the default of `docker build .`.
FROM runtime AS licensing
LABEL org.opencontainers.image.title="POS licensing"
COPY --from=licensing-dependencies /app/node_modules node_modules
COPY styles styles
COPY profiles profiles
COPY --from=build /app/dist dist
USER root
RUN ln -s /app/dist/cli.js /usr/local/bin/pos-licensing && mkdir .compiled && chown 1000:1000 .compiled
USER 1000:1000
# Node keeps the compiled code of all modules here, because a container cannot write into its own image.
ENV NODE_COMPILE_CACHE=/app/.compiled
RUN node -e "import('/app/dist/start-service.js')"
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/data DOCS=off
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=10s --retries=4 --start-period=60s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
