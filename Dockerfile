# wiretail in a container.
#
#   docker build -t wiretail .
#   docker run -d --network host --cap-drop ALL --cap-add NET_RAW wiretail               the daemon
#   docker run --rm -i wiretail read - < some.pcap                                       a capture file
#   docker run --rm --network host --cap-drop ALL --cap-add NET_RAW wiretail capture -i eth0 --engine cap
#
# --network host: the host's interfaces; without it, the container's own are all there is to see.
# --cap-add NET_RAW: the one capability that capturing needs (promiscuous mode too); Docker grants it by
# default, other runtimes don't. No other is needed.
# Records go to stdout; the program's own diagnostics to stderr.
#
# The user is not root, and a user gets no capability from --cap-add, only the right to gain it from an
# executable that carries it. That executable is not node itself: the kernel refuses to start a
# file with an effective capability that the container was denied (EPERM, so that not even `read` would
# work), and starts one that it grants in secure mode (NODE_OPTIONS ignored, /proc closed to the user).
# It is a copy of setpriv with the capability permitted but not effective, which starts anywhere
# and hands it to node as an ambient one; scripts/docker-entrypoint uses it where that can succeed.

ARG NODE=24

FROM node:${NODE}-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap-dev python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
# The headers that came with the image's Node: nothing else is downloaded to compile cap.
RUN npm_config_nodedir=/usr/local npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build

# What runs in production: no development packages, nothing left over from compiling.
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
# By number, for runtimes that check that it isn't root's.
USER 4730:4730
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "/app/docker-healthcheck.mjs"]
ENTRYPOINT ["wiretail"]
CMD ["capture"]
