from sqlalchemy import text

from gateway.storage import Database, check_version, current


async def test_fresh(database: Database, database_url: str) -> None:
    assert await check_version(database) >= 15
    assert await current(database_url)
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM changes"))).scalar_one() == 0
