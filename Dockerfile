FROM docker.io/library/python:3.11-slim AS build
WORKDIR /src
COPY requirements requirements
RUN python -m venv /opt/costsvc \
 && /opt/costsvc/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements/runtime.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY costsvc costsvc
COPY data data
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/costsvc/bin/pip install --no-deps --no-index dist/costsvc-*.whl \
 && /opt/costsvc/bin/python requirements/check.py 'costsvc[batch]' \
 && rm -r /opt/costsvc/lib/python3.11/site-packages/costsvc/evidence /opt/costsvc/lib/python3.11/site-packages/pip*

FROM docker.io/library/python:3.11-slim
COPY --from=build /opt/costsvc /opt/costsvc
ENV PATH=/opt/costsvc/bin:$PATH PORT=8000 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
WORKDIR /
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD \
  ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=2)"]
CMD ["gunicorn", "--config", "python:costsvc.web.gunicorn_conf"]
