//! The macros of sqlx: checked queries in guarded functions, and tests with a database of their own. The queries are
//! checked against the files in `.sqlx`.

use breaker_runtime::{BreakerError, circuit_breaker, classifiers};
use sqlx::{FromRow, SqlitePool};

use crate::ends;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the database answers with an error")]
    Sql(#[from] sqlx::Error),
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

#[derive(Debug, PartialEq, FromRow)]
struct Article {
    name: String,
    pieces: i64,
}

#[circuit_breaker(name = "sqlx.insert", classify = classifiers::sqlx::classify)]
async fn insert(pool: &SqlitePool, name: &str, pieces: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "INSERT INTO articles (name, pieces) VALUES (?, ?)",
        name,
        pieces
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

#[circuit_breaker(name = "sqlx.read", classify = classifiers::sqlx::classify)]
async fn read(pool: &SqlitePool, name: &str) -> Result<Article, Error> {
    let query = sqlx::query_as!(
        Article,
        "SELECT name, pieces FROM articles WHERE name = ?",
        name
    );
    Ok(query.fetch_one(pool).await?)
}

#[circuit_breaker(name = "sqlx.row", classify = classifiers::sqlx::classify)]
async fn row(pool: &SqlitePool, name: &str) -> Result<Article, Error> {
    let query = sqlx::query_as("SELECT name, pieces FROM articles WHERE name = ?").bind(name);
    Ok(query.fetch_one(pool).await?)
}

#[circuit_breaker(name = "sqlx.sum", classify = classifiers::sqlx::classify)]
async fn sum(pool: &SqlitePool) -> Result<i64, Error> {
    let query = sqlx::query_scalar!(r#"SELECT SUM(pieces) AS "sum!: i64" FROM articles"#);
    Ok(query.fetch_one(pool).await?)
}

#[sqlx::test]
async fn checked_queries_are_guarded(pool: SqlitePool) {
    assert_eq!(insert(&pool, "tea", 3).await.unwrap(), 1);
    assert_eq!(insert(&pool, "soap", 4).await.unwrap(), 1);
    // A unique violation and a row that is missing are answers of a healthy database.
    assert!(matches!(insert(&pool, "tea", 9).await, Err(Error::Sql(_))));
    let tea = Article {
        name: "tea".to_owned(),
        pieces: 3,
    };
    assert_eq!(read(&pool, "tea").await.unwrap(), tea);
    assert_eq!(row(&pool, "tea").await.unwrap(), tea);
    assert!(read(&pool, "salt").await.is_err());
    assert_eq!(sum(&pool).await.unwrap(), 7);
    assert_eq!(ends("sqlx.insert"), (3, 0, 0));
    assert_eq!(ends("sqlx.read"), (2, 0, 0));

    pool.close().await;
    assert!(matches!(
        sum(&pool).await,
        Err(Error::Sql(sqlx::Error::PoolClosed))
    ));
}

#[sqlx::test]
#[circuit_breaker(name = "sqlx.test.below")]
async fn a_test_with_the_attribute_below(pool: SqlitePool) -> Result<(), Error> {
    insert_into_its_own(&pool).await
}

#[circuit_breaker(name = "sqlx.test.above")]
#[sqlx::test]
async fn a_test_with_the_attribute_above(pool: SqlitePool) -> Result<(), Error> {
    insert_into_its_own(&pool).await
}

/// Each test has an empty database.
async fn insert_into_its_own(pool: &SqlitePool) -> Result<(), Error> {
    sqlx::query!("INSERT INTO articles (name, pieces) VALUES ('tea', 3)")
        .execute(pool)
        .await?;
    Ok(())
}
