"""The service centres that come with the program."""

from __future__ import annotations

from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.centres.model import load as read
from knowledge.centres.stored import read_centres, save_centres


async def load(session: AsyncSession, data_dir: Path) -> bool:
    """Store the centres of `data_dir`/centres that no editor has touched; say whether any changed."""
    file = data_dir / "centres" / "centres.yaml"
    if not file.is_file():
        return False
    stored = {centre.key: centre for centre in await read_centres(session)}
    fresh = [
        centre
        for centre in read(file)
        if centre.key not in stored or _is_newer(centre.verified_on, stored[centre.key].verified_on)
    ]
    return bool(await save_centres(session, fresh))


def _is_newer(ours: object, theirs: object) -> bool:
    return ours is not None and (theirs is None or str(ours) > str(theirs))
