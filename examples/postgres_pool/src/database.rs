//! A database with one table that speaks the Postgres protocol. The example switches its faults.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::Sink;
use pgwire::api::auth::StartupHandler;
use pgwire::api::auth::noop::NoopStartupHandler;
use pgwire::api::portal::Portal;
use pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use pgwire::api::results::{
    DescribePortalResponse, DescribeResponse, DescribeStatementResponse, Response, Tag,
};
use pgwire::api::stmt::{NoopQueryParser, StoredStatement};
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, PgWireServerHandlers, Type};
use pgwire::error::{ErrorInfo, PgWireError, PgWireResult};
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use pgwire::tokio::process_socket;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Closes every connection immediately.
    Disconnecting,
    /// Answers every connection with an error: too many clients.
    Full,
    /// Never finishes a statement.
    Hanging,
}

/// A handle to the running database.
pub(crate) struct Database {
    address: SocketAddr,
    table: Arc<Table>,
}

struct Table {
    fault: Mutex<Fault>,
    hits: AtomicU32,
    orders: Mutex<BTreeSet<i64>>,
    connections: tokio::sync::Mutex<JoinSet<()>>,
}

impl Database {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let table = Arc::new(Table {
            fault: Mutex::new(Fault::None),
            hits: AtomicU32::new(0),
            orders: Mutex::default(),
            connections: tokio::sync::Mutex::default(),
        });
        tokio::spawn(accept(listener, Arc::clone(&table)));
        Ok(Self { address, table })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the fault and closes all connections. [`Fault::None`] keeps the connections, and hanging
    /// statements keep hanging.
    pub(crate) async fn switch(&self, fault: Fault) {
        let mut connections = self.table.connections.lock().await;
        *self
            .table
            .fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fault;
        if fault != Fault::None {
            connections.shutdown().await;
        }
    }

    /// How many connections and statements have reached the database.
    pub(crate) fn hits(&self) -> u32 {
        self.table.hits.load(Ordering::SeqCst)
    }

    /// The orders that are stored.
    pub(crate) fn orders(&self) -> Vec<i64> {
        let orders = self.table.orders.lock();
        let orders = orders.unwrap_or_else(PoisonError::into_inner);
        orders.iter().copied().collect()
    }
}

async fn accept(listener: TcpListener, table: Arc<Table>) {
    while let Ok((socket, _)) = listener.accept().await {
        table.hits.fetch_add(1, Ordering::SeqCst);
        let mut connections = table.connections.lock().await;
        if table.fault() != Fault::Disconnecting {
            let table = Arc::clone(&table);
            connections.spawn(async move {
                // An error means that the client has disconnected.
                let _ = process_socket(socket, None, Handlers(table)).await;
            });
        }
    }
}

impl Table {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, order: i64) -> PgWireResult<()> {
        let orders = self.orders.lock();
        let new = orders.unwrap_or_else(PoisonError::into_inner).insert(order);
        new.then_some(())
            .ok_or_else(|| error("ERROR", "23505", "duplicate order"))
    }
}

fn error(severity: &str, code: &str, message: &str) -> PgWireError {
    let [severity, code, message] = [severity, code, message].map(str::to_owned);
    PgWireError::UserError(Box::new(ErrorInfo::new(severity, code, message)))
}

struct Handlers(Arc<Table>);

impl PgWireServerHandlers for Handlers {
    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        Arc::clone(&self.0)
    }

    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::clone(&self.0)
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::clone(&self.0)
    }
}

#[async_trait]
impl NoopStartupHandler for Table {
    async fn post_startup<C>(&self, _: &mut C, _: PgWireFrontendMessage) -> PgWireResult<()>
    where
        C: ClientInfo + Sink<PgWireBackendMessage, Error: Debug> + Unpin + Send,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        match self.fault() {
            Fault::Full => Err(error("FATAL", "53300", "sorry, too many clients already")),
            _ => Ok(()),
        }
    }
}

/// Answers the empty statement with which the pool tests a connection.
#[async_trait]
impl SimpleQueryHandler for Table {
    async fn do_query<C>(&self, _: &mut C, _: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        Ok(vec![Response::EmptyQuery])
    }
}

/// Stores an order, whatever the statement says.
#[async_trait]
impl ExtendedQueryHandler for Table {
    type Statement = String;
    type QueryParser = NoopQueryParser;

    fn query_parser(&self) -> Arc<NoopQueryParser> {
        Arc::new(NoopQueryParser)
    }

    async fn do_describe_statement<C>(
        &self,
        _: &mut C,
        _: &StoredStatement<String>,
    ) -> PgWireResult<DescribeStatementResponse>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = String>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        Ok(DescribeStatementResponse::new(vec![Type::INT8], vec![]))
    }

    async fn do_describe_portal<C>(
        &self,
        _: &mut C,
        _: &Portal<String>,
    ) -> PgWireResult<DescribePortalResponse>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = String>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        Ok(DescribePortalResponse::no_data())
    }

    async fn do_query<C>(
        &self,
        _: &mut C,
        portal: &Portal<String>,
        _: usize,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = String>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        self.hits.fetch_add(1, Ordering::SeqCst);
        if self.fault() == Fault::Hanging {
            return pending().await;
        }
        let order = portal.parameter::<i64>(0, &Type::INT8)?;
        self.insert(order.ok_or_else(|| error("ERROR", "23502", "the order has no number"))?)?;
        Ok(Response::Execution(
            Tag::new("INSERT").with_oid(0).with_rows(1),
        ))
    }
}
