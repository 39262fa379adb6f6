# The licensing service, the mock Authorization server, the example register and the broker: a target each.

FROM node:24-bookworm AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY mock-auth-server/package.json mock-auth-server/
COPY client/package.json client/
# Not npm ci, which refuses a lock file that lacks other platforms' optional binaries. Without --save, npm install follows
# the lock file and leaves it as it is.
#
# better-sqlite3 13 in place of 12: from 24.19 on, Node aborts at a garbage collection of 12 (nodejs/node#65446). Outside
# of the image it is 12, because 13 has no binary for Node 20 (ADR 0004).
RUN npm install --no-save --no-audit --no-fund --force better-sqlite3@13.2.0

FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY mock-auth-server mock-auth-server
COPY client client
RUN node scripts/build.mjs

FROM dependencies AS production
# Not npm prune, which would bring back better-sqlite3 12.
RUN npm install --omit=dev --no-save --no-audit --no-fund --force better-sqlite3@13.2.0
# A 12 of the mock's own, if there is one: it finds the 13 above it.
RUN rm -rf mock-auth-server/node_modules/better-sqlite3

FROM node:24-bookworm-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY --from=production /app/node_modules node_modules
COPY --from=production /app/mock-auth-server mock-auth-server
COPY --from=production /app/client client
COPY package.json ./
COPY styles styles
RUN mkdir /data && chown node:node /data
USER node

FROM runtime AS init
COPY scripts/start/create-nats-passwords.mjs scripts/start/
COPY deploy/create-secrets.mjs deploy/
USER root
RUN mkdir -p /secrets/nats /secrets/licensing /secrets/register && chown -R node:node /secrets
USER node
CMD ["node", "deploy/create-secrets.mjs"]

FROM runtime AS mock-auth-server
COPY --from=build /app/mock-auth-server/dist mock-auth-server/dist
ENV HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
EXPOSE 4000
HEALTHCHECK --interval=5s --timeout=10s --retries=5 --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "mock-auth-server/dist/main.js"]

FROM runtime AS register
COPY --from=build /app/client/dist client/dist
CMD ["node", "client/dist/example-register.js"]

FROM nats:2.12-alpine AS nats
COPY deploy/nats /etc/nats
RUN mkdir /data && chown 1000:1000 /data
# As in the other images, so that it can read the passwords that init makes.
USER 1000:1000
EXPOSE 4222
HEALTHCHECK --interval=5s --timeout=10s --retries=5 --start-period=30s \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8222/healthz"]
ENTRYPOINT ["/bin/sh", "/etc/nats/run-in-container.sh"]

# The last one is what `docker build .` makes.
FROM runtime AS licensing
COPY --from=build /app/dist dist
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/data DOCS=off
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=10s --retries=5 --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
