"""NewsFeed and NewsItem (ooapi.md §2.2)."""

from __future__ import annotations

from ooapi_specs.v5.common import AtLeastOneLanguage, Consumer, Ext, OpenObject
from ooapi_specs.v5.enumerations import NewsFeedType, NewsItemType
from ooapi_specs.v5.types import DateTime, Maybe, Reference, Text256, Uri, Uuid


class NewsFeed(OpenObject):
    """A series of news items about one kind of resource."""

    newsFeedId: Uuid
    newsFeedType: NewsFeedType
    name: AtLeastOneLanguage
    description: AtLeastOneLanguage
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None


class NewsItem(OpenObject):
    """One message of a feed."""

    newsItemId: Uuid
    newsItemType: Maybe[NewsItemType] = None
    name: AtLeastOneLanguage
    authors: Maybe[list[Text256]] = None
    image: Maybe[Uri] = None
    link: Maybe[Uri] = None
    content: Maybe[AtLeastOneLanguage] = None
    newsFeeds: Maybe[list[Reference[NewsFeed]]] = None
    validFrom: Maybe[DateTime] = None
    validUntil: Maybe[DateTime] = None
    lastModified: Maybe[DateTime] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
