//! Services and clients that tonic generates.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use breaker_runtime::{ClassifyError as _, circuit_breaker, classifiers};
use tokio::net::TcpListener;
use tokio_stream::Stream;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};

use self::generated::stock_client::StockClient;
use self::generated::stock_server::{Stock, StockServer};
use self::generated::{Article, Pieces};
use crate::{breaker, ends};

#[allow(clippy::pedantic, unreachable_pub, reason = "generated code")]
mod generated {
    tonic::include_proto!("shop");
}

/// A server whose own dependency can be down.
#[derive(Clone)]
struct Shop {
    down: Arc<AtomicBool>,
}

impl Shop {
    fn ask(&self, article: &Article) -> Result<Pieces, Status> {
        if self.down.load(Relaxed) {
            return Err(Status::internal("the database is down"));
        }
        match article.name.as_str() {
            "tea" => Ok(Pieces { count: 7 }),
            _ => Err(Status::not_found("no such article")),
        }
    }
}

#[tonic::async_trait]
impl Stock for Shop {
    #[circuit_breaker(name = "tonic.count", threshold = 2, classify = classifiers::tonic::classify)]
    async fn count(&self, request: Request<Article>) -> Result<Response<Pieces>, Status> {
        tokio::task::yield_now().await;
        Ok(Response::new(self.ask(request.get_ref())?))
    }

    type DeliveriesStream = Pin<Box<dyn Stream<Item = Result<Pieces, Status>> + Send>>;

    #[circuit_breaker(name = "tonic.deliveries", threshold = 2, classify = classifiers::tonic::classify)]
    async fn deliveries(
        &self,
        request: Request<Article>,
    ) -> Result<Response<Self::DeliveriesStream>, Status> {
        let pieces = self.ask(request.get_ref())?;
        let parts = tokio_stream::iter([Ok(pieces), Ok(pieces)]);
        Ok(Response::new(Box::pin(parts)))
    }
}

#[circuit_breaker(
    name = "tonic.client",
    threshold = 2,
    classify = classifiers::tonic::classify,
    open_for_hint = classifiers::tonic::retry_after,
)]
async fn count(client: &mut StockClient<Channel>, name: &str) -> Result<u32, Status> {
    let article = Article {
        name: name.to_owned(),
    };
    Ok(client.count(article).await?.into_inner().count)
}

/// Starts a server, and returns a client and whether the server's dependency is down.
async fn served() -> (StockClient<Channel>, Arc<AtomicBool>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let down = Arc::new(AtomicBool::new(false));
    let shop = Shop {
        down: Arc::clone(&down),
    };
    let server = Server::builder().add_service(StockServer::new(shop));
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let channel = Channel::from_shared(format!("http://{address}")).unwrap();
    (StockClient::new(channel.connect_lazy()), down)
}

fn article(name: &str) -> Article {
    Article {
        name: name.to_owned(),
    }
}

#[tokio::test]
async fn a_generated_service_and_a_generated_client_are_guarded() {
    let (mut client, down) = served().await;
    assert_eq!(
        client
            .count(article("tea"))
            .await
            .unwrap()
            .into_inner()
            .count,
        7
    );
    let unknown = client.count(article("salt")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    assert_eq!(ends("tonic.count"), (2, 0, 0));

    let mut parts = client
        .deliveries(article("tea"))
        .await
        .unwrap()
        .into_inner();
    let mut sum = 0;
    while let Some(part) = parts.message().await.unwrap() {
        sum += part.count;
    }
    assert_eq!(sum, 14);
    assert_eq!(ends("tonic.deliveries"), (1, 0, 0));

    down.store(true, Relaxed);
    for _ in 0..2 {
        let failed = client.count(article("tea")).await.unwrap_err();
        assert_eq!(failed.code(), Code::Internal);
    }
    let rejected = client.count(article("tea")).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unavailable);
    assert!(rejected.retry_after().is_some());
    assert_eq!(ends("tonic.count"), (2, 2, 1));
    // Each method has a breaker of its own.
    let failed = client.deliveries(article("tea")).await.unwrap_err();
    assert_eq!(failed.code(), Code::Internal);

    down.store(false, Relaxed);
    breaker("tonic.count").reset();
    assert_eq!(count(&mut client, "tea").await.unwrap(), 7);
    let unknown = count(&mut client, "salt").await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    breaker("tonic.client").trip();
    let rejected = count(&mut client, "tea").await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unavailable);
    assert_eq!(ends("tonic.client"), (2, 0, 1));
    // The rejected call did not reach the server.
    assert_eq!(ends("tonic.count"), (4, 2, 1));
}
