# Debian's slim image rather than Alpine's: it is Node's own build, on the C library on which all was tested and measured.
FROM node:24-slim AS build
WORKDIR /build
# What says which packages there are comes first: they are fetched anew only where that has changed.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/client/package.json packages/client/
COPY packages/server/package.json packages/server/
COPY packages/shared/package.json packages/shared/
# The one package with an install script is the runtime, and that is in the image already.
RUN npx -y pnpm@12 install --frozen-lockfile --ignore-scripts
COPY . .
RUN npx -y pnpm@12 build
# Injecting workspace packages is what has the lockfile kept to.
RUN npx -y pnpm@12 --config.inject-workspace-packages=true --filter @live-visitors/server deploy --prod app
RUN mkdir data

# Nothing is run in this stage: it is files, the same for every processor.
FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
ENV DATA_DIR=/data
COPY --from=build /build/app ./
COPY --from=build --chown=node:node /build/data /data
USER node
VOLUME /data
EXPOSE 3000
# It then bids farewell to its streams, and is gone within about 3 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
