"""Every channel's full path under load: a webhook in, stored, answered, the reply out to the platform."""
