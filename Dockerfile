# One image per deployable:  docker build --build-arg PACKAGE=thumbnailer .
# Deployments pin the base by digest (--build-arg BASE=python:3.13-slim@sha256:…).
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ARG PACKAGE
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /app
# Third-party packages change less often than ours: a layer of their own.
COPY requirements/build.txt requirements/${PACKAGE}.txt requirements/
RUN pip install --require-hashes -r requirements/build.txt \
    && /app/bin/pip install --require-hashes -r requirements/${PACKAGE}.txt
COPY packages/ packages/
COPY */${PACKAGE}/ member/
# Of our packages only those that the member names: no image parser in the gallery.
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /packages ./packages/* \
    && pip wheel --no-deps --no-build-isolation --wheel-dir /member ./member \
    && /app/bin/pip install --no-index --find-links /packages /member/*.whl \
    && /app/bin/python -m compileall -q /app/lib

FROM ${BASE} AS run
ARG PACKAGE
RUN useradd --system --uid 10001 --no-create-home app
COPY --from=build /app /app
USER 10001
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PORT=8080 MODULE=${PACKAGE}
EXPOSE 8080
CMD ["sh", "-c", "exec python -m ${MODULE}"]
