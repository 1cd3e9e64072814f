# The product for a server: web, worker and scheduler are the same image with another command, see docker-compose.yml.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin tungnha \
 && install --directory --owner=tungnha --group=tungnha /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes --no-deps --requirement requirements.txt \
 && python -m compileall -q /usr/local/lib/python3.11/site-packages

COPY . .
# Static files are part of the image, under names that carry their contents; the dummy keys are for this command only.
RUN python -m compileall -q config lib wards vaccination outreach \
 && (set -a && . ./config/dummy.env && DATA_DIR=/tmp/build python manage.py collectstatic --noinput)

USER tungnha
ENV PROFILE=production DATA_DIR=/data PORT=8000
VOLUME /data
EXPOSE 8000
CMD ["sh", "-c", "exec gunicorn config.wsgi --bind=0.0.0.0:$PORT --workers=4 --threads=4 --timeout=120 --limit-request-line=8190"]
