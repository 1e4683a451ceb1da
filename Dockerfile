# wiretail as a container image.
#
#   docker build -t wiretail .
#   docker run -d --network host --cap-drop ALL --cap-add NET_RAW wiretail               the daemon
#   docker run --rm -i wiretail read - < some.pcap                                       a capture file
#   docker run --rm --network host --cap-drop ALL --cap-add NET_RAW wiretail capture -i eth0 --engine cap
#
# --network host: access to the host's interfaces; without it only the container's own are visible.
# --cap-add NET_RAW: the only capability that capturing needs (also for promiscuous mode). Docker grants it by
# default, other runtimes do not.
# Records go to stdout; the program's own diagnostics to stderr.
#
# The user is not root. --cap-add does not give a user the capability, only the right to gain it from an
# executable with a file capability. That executable is not node: the kernel refuses to start a file with an
# effective capability that the container lacks (EPERM, so not even `read` would work), and otherwise starts it
# in secure mode (NODE_OPTIONS ignored, /proc closed to the user). It is a copy of setpriv with the capability
# permitted but not effective, which always starts and passes it to node as an ambient capability;
# scripts/docker-entrypoint uses it where that can succeed.

ARG NODE=24

FROM node:${NODE}-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap-dev python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
# Uses the headers of the image's Node, so that nothing is downloaded to compile cap.
RUN npm_config_nodedir=/usr/local npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build

# The production files: no development packages, no build artefacts.
FROM build AS production
RUN npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/cap/deps node_modules/cap/src node_modules/cap/build/Release/obj.target

FROM node:${NODE}-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap0.8 libcap2-bin \
 && mkdir -p /usr/local/libexec \
 && cp /usr/bin/setpriv /usr/local/libexec/setpriv-net-raw \
 && setcap cap_net_raw=p /usr/local/libexec/setpriv-net-raw \
 && apt-get purge -y --auto-remove libcap2-bin \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 4730 wiretail \
 && useradd --uid 4730 --gid 4730 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin wiretail
WORKDIR /app
COPY --from=production /app/node_modules node_modules
COPY --from=production /app/dist dist
COPY package.json LICENSE ./
COPY scripts/docker-healthcheck.mjs ./
COPY scripts/docker-entrypoint /usr/local/bin/wiretail
ENV NODE_ENV=production
# Numeric, for runtimes that verify that the user is not root.
USER 4730:4730
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "/app/docker-healthcheck.mjs"]
ENTRYPOINT ["wiretail"]
CMD ["capture"]
