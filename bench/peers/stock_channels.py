"""What stock Channels does with the same news: each message goes through `group_send` to each consumer.

It reads an entry once from the same table, as the site does, and lets the layer in memory (the quickest one)
carry the same message to the same number of sockets: `uvicorn bench.peers.stock_channels:application`.
"""

from __future__ import annotations

import asyncio
import os
from uuid import UUID

import django
import redis.asyncio

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from channels.db import database_sync_to_async  # noqa: E402  (the models must be loaded first)
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import InMemoryChannelLayer, channel_layers  # noqa: E402
from channels.routing import URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from runs import live, news  # noqa: E402

LAYER = InMemoryChannelLayer()


class Viewer(AsyncWebsocketConsumer):
    """`/ws/<run>/`: what a tutorial of Channels would write."""

    reader: asyncio.Task | None = None

    async def connect(self) -> None:
        if Viewer.reader is None:
            Viewer.reader = asyncio.create_task(read(self.scope["url_route"]["kwargs"]["run_id"]))
        assert self.channel_layer is LAYER
        await self.channel_layer.group_add("run", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("run", self.channel_name)

    async def run_message(self, event: dict) -> None:
        await self.send(text_data=event["text"])


async def read(run_id: UUID) -> None:
    """Send on, for ever, each entry of the run that is new, as a message of its own."""
    seq = 1
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
    async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
        await subscription.subscribe(news.CHANNEL)
        async for _ in subscription.listen():
            seq = await send_on(run_id, seq)


async def send_on(run_id: UUID, seq: int) -> int:
    while True:
        batch = await database_sync_to_async(live.read)(run_id, seq)
        if batch.last_seq == seq:
            return seq
        seq = batch.last_seq
        text = batch.message(["run_owner"])
        await LAYER.group_send("run", {"type": "run.message", "text": text})


live.MOST_ENTRIES = 1  # type: ignore[misc]
channel_layers.set("default", LAYER)
application = URLRouter([path("ws/<uuid:run_id>/", Viewer.as_asgi())])
