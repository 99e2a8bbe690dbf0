"""What volunteers do (活动类别); a design choice, in the order people ask for it. Ids stand in summaries."""

__all__ = ("CATEGORIES",)

CATEGORIES: tuple[str, ...] = (
    "VA_ELDERLY",
    "VA_CHILDREN",
    "VA_DISABLED",
    "VA_ENVIRONMENT",
    "VA_ORDER",
    "VA_SAFETY",
    "VA_HEALTH",
    "VA_CULTURE",
    "VA_TEACHING",
    "VA_LEGAL",
    "VA_EMERGENCY",
    "VA_ACCOMPANY",
    "VA_FAIR",
)
