"""What identifies a person: hidden before words are stored, forgotten in time, erased on request."""

from __future__ import annotations

from bot.privacy.masking import mask, mask_secrets

__all__ = ["mask", "mask_secrets"]
