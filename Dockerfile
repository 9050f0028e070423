# syntax=docker/dockerfile:1
# slb in a small image: built with the Swift toolchain, shipped without it. The Swift runtime is
# inside the binary, so the image needs only glibc and libstdc++, which Debian's slim image has, and
# libcurl with the authorities it trusts.

FROM swift:6.3-bookworm AS build
WORKDIR /src
# The dependencies change rarely: fetched in a layer of their own.
COPY Package.swift ./
RUN swift package resolve
COPY scripts/install-packages.sh scripts/require-swift.sh scripts/build-release.sh scripts/
RUN scripts/install-packages.sh build
COPY Sources Sources
# SwiftPM wants the folder of every declared target, the tests' included.
COPY Tests Tests
RUN scripts/build-release.sh -Xlinker --strip-all \
    && install -D .build/release/slb /out/slb

FROM debian:bookworm-slim
RUN --mount=type=bind,source=scripts/install-packages.sh,target=/install-packages.sh \
    /install-packages.sh run && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/slb /usr/local/bin/slb
# Numeric, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8080 9090
# slb drains on SIGTERM, and ends with it.
STOPSIGNAL SIGTERM
# There is no curl command in here; bash speaks enough HTTP to ask the admin listener.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${SLB_HEALTH_PORT:-9090} && printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
ENTRYPOINT ["slb"]
CMD ["run"]
