# Debian's slim image, not Alpine's: it has the official build of Node, and the C library that the tests ran with.
FROM node:24-slim AS build
WORKDIR /build
# The manifests come first, so that packages are downloaded again only if these change.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/client/package.json packages/client/
COPY packages/live-visitors/package.json packages/live-visitors/
COPY packages/server/package.json packages/server/
COPY packages/shared/package.json packages/shared/
# Only the package of Node has an install script, and the image already has Node.
RUN npx -y pnpm@12 install --frozen-lockfile --ignore-scripts
COPY . .
RUN npx -y pnpm@12 build
# Without injected workspace packages, deploy ignores the lockfile.
RUN npx -y pnpm@12 --config.inject-workspace-packages=true --filter live-visitors deploy --prod app
RUN mkdir data

# This stage runs no command. Its files are the same on every processor.
FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
ENV DATA_DIR=/data
COPY --from=build /build/app ./
COPY --from=build --chown=node:node /build/data /data
USER node
VOLUME /data
EXPOSE 3000
# On this signal, the server sends farewell to every stream, and exits within 4 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
