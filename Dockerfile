# Three images: docker build --target controller | gateway | session .
# Each holds Node, the libraries it loads and one program: no shell, no package manager. All run without any right, on a
# read-only root; what they write goes to mounted volumes. The code cache of the session process is root's, made by the Node
# that is copied here; nothing writes one at run time.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN ["npm", "ci", "--no-audit", "--no-fund"]
COPY crds ./crds
COPY runtime ./runtime
COPY controller ./controller
COPY cli ./cli
COPY scripts ./scripts
COPY sdk ./sdk
COPY examples/01-hello ./examples/01-hello
RUN ["node", "scripts/build.ts"]
# Node and every library that ldd names, under the paths they have here.
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN mkdir /image \
  && ldd /usr/local/bin/node | grep -o '/[^ ]*' | sort -u | xargs -I{} cp -L --parents {} /image \
  && cp --parents /usr/local/bin/node /image

FROM scratch AS node
COPY --from=build /image/ /
WORKDIR /app
USER 65532:65532

FROM node AS session
COPY --from=build /src/dist/session.cjs /src/dist/session.program.js /src/dist/session.code-cache /app/
ENTRYPOINT ["/usr/local/bin/node", "/app/session.cjs"]

FROM node AS gateway
COPY --from=build /src/dist/gateway.cjs /app/
ENTRYPOINT ["/usr/local/bin/node", "/app/gateway.cjs"]

FROM node AS controller
COPY --from=build /src/dist/controller.cjs /app/
ENTRYPOINT ["/usr/local/bin/node", "/app/controller.cjs"]
