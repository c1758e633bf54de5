//! The `Admin`: what it serves, to whom, and where.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use axum::routing::any;

use super::access::Access;
use super::audit::{self, WrongTokens};
use super::fleet::Roll;
use super::guard::Guard;
use super::incoming::{ControlRules, Site};
use super::instance::Instance;
use super::links::Link;
use super::on_action::OnAction;
use super::recorder::Recorder;
use super::renderings::Renderings;
use super::ring::Events;
use super::routes::respond;
use super::shown_keys::ShownKeys;
use crate::registry::{ConfigWatch, Registry};
use crate::sync::{Arc, AtomicU64, Ordering};
use crate::values::Action;

/// An HTTP API for whoever is on call: it shows the breakers of a registry and controls them.
///
/// The [module](super) lists its routes.
///
/// # Examples
///
/// ```
/// use axum::Router;
/// use axum::routing::get;
/// use breaker_runtime::Registry;
/// use breaker_runtime::admin::{Access, Admin};
///
/// # let secret = "correct-horse-battery-staple";
/// let admin = Admin::new(Registry::global(), Access::token("on-call", secret)?)
///     .service("checkout", env!("CARGO_PKG_VERSION"))
///     .environment("production");
/// let app: Router = Router::new()
///     .route("/", get(|| async { "the shop" }))
///     .merge(admin.at("/circuits"));
/// # drop(app);
/// # Ok::<(), breaker_runtime::admin::InvalidAccess>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "an `Admin` serves nothing until its routes are part of a server"]
pub struct Admin {
    registry: Registry,
    access: Access,
    hosts: Vec<String>,
    origins: Vec<String>,
    instance: Instance,
    rules: ControlRules,
    links: Vec<Link>,
    keys: ShownKeys,
    on_action: OnAction,
    watch: Option<Arc<ConfigWatch>>,
    events: Arc<Events>,
    recorder: Arc<Recorder>,
    control_requests: Arc<AtomicU64>,
    streams_end: Arc<AtomicBool>,
}

impl Admin {
    /// Makes the API of a registry, and keeps its last 1024 events and the counts of ten minutes from now on.
    ///
    /// The access says who may use it; there is no default. A thread samples the counts every five seconds. It ends
    /// when the last clone of the `Admin` and the last of its routers are dropped.
    pub fn new(registry: &Registry, access: Access) -> Self {
        Self {
            registry: registry.clone(),
            access,
            hosts: Vec::new(),
            origins: Vec::new(),
            instance: Instance::new(),
            rules: ControlRules::default(),
            links: Vec::new(),
            keys: ShownKeys::default(),
            on_action: OnAction::default(),
            watch: None,
            events: Arc::new(Events::new(registry, ShownKeys::default())),
            recorder: Recorder::start(registry),
            control_requests: Arc::default(),
            streams_end: Arc::default(),
        }
    }

    /// Sets the name and the version of the service, which the answers show.
    pub fn service(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.instance.service = Some(name.into());
        self.instance.version = Some(version.into());
        self
    }

    /// Sets the environment, such as `production`, which the answers show.
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.instance.environment = Some(name.into());
        self
    }

    /// Sets the name of this instance, which the answers show. The default is the variable `HOSTNAME`, which in a
    /// container of Kubernetes is the name of the pod.
    pub fn instance(mut self, name: impl Into<String>) -> Self {
        self.instance.name = Some(name.into());
        self
    }

    /// Allows a name under which open reading answers, besides `localhost` and IP addresses, such as `tools.internal`.
    ///
    /// It is compared without the port and regardless of case.
    pub fn host(mut self, name: impl AsRef<str>) -> Self {
        self.hosts.push(name.as_ref().to_ascii_lowercase());
        self
    }

    /// Allows the pages of another origin to send control requests, such as `https://tools.example`.
    pub fn origin(mut self, url: impl AsRef<str>) -> Self {
        let url = url.as_ref().trim_end_matches('/').to_ascii_lowercase();
        self.origins.push(url);
        self
    }

    /// Adds a link to each breaker, such as to its runbook. In the URL, `{breaker}` stands for the name of the breaker,
    /// percent-encoded.
    ///
    /// A URL that begins neither with `http://` nor with `https://` is left out, because a browser could run it as a
    /// script. With the feature `tracing`, a warning says so.
    ///
    /// # Examples
    ///
    /// ```
    /// # use breaker_runtime::Registry;
    /// # use breaker_runtime::admin::{Access, Admin};
    /// let admin = Admin::new(Registry::global(), Access::open_reading())
    ///     .link("Runbook", "https://wiki.example/breakers/{breaker}");
    /// # drop(admin);
    /// ```
    pub fn link(mut self, label: impl Into<String>, url: impl Into<String>) -> Self {
        let (label, url) = (label.into(), url.into());
        match Link::new(&label, &url) {
            Some(link) => self.links.push(link),
            None => audit::link_left_out(&label, &url),
        }
        self
    }

    /// Takes the watch of the files of settings, so that `POST /config/check` looks at them at once, and
    /// `GET /config` names them.
    ///
    /// The watch ends with the last of this `Admin`, its clones, its routes and its servers.
    pub fn watches(mut self, watch: ConfigWatch) -> Self {
        self.watch = Some(Arc::new(watch));
        self
    }

    /// Replaces keys by hashes in all answers, because a key may identify a customer.
    ///
    /// The parameter `key` takes the hash. The hashes of a process differ from those of any other process, and
    /// from those of the same program after a restart. The log of the breakers, [`on_action`](Self::on_action), and the texts of causes and
    /// reasons stay as they are.
    ///
    /// Call it before [`at`](Self::at) and [`serve`](Self::serve).
    pub fn hides_keys(mut self) -> Self {
        self.keys = ShownKeys::hashed();
        // Those that were kept so far contain keys.
        self.events = Arc::new(Events::new(&self.registry, self.keys.clone()));
        self
    }

    /// Calls a function for each action that a request has carried out, for an audit without the feature `tracing`.
    ///
    /// Dry runs and rejected requests are not actions, and neither is a look at the files of settings. The function
    /// runs after the action and before the answer, and no lock is held. If it panics, the panic is caught and counted
    /// by [`Registry::listener_panics`](crate::Registry::listener_panics). If it blocks, it delays the answer.
    ///
    /// # Examples
    ///
    /// ```
    /// # use breaker_runtime::Registry;
    /// # use breaker_runtime::admin::{Access, Admin};
    /// let admin = Admin::new(Registry::global(), Access::open_reading())
    ///     .on_action(|action| eprintln!("{action:#}"));
    /// # drop(admin);
    /// ```
    pub fn on_action(mut self, act: impl Fn(&Action) + Send + Sync + 'static) -> Self {
        self.on_action.add(act);
        self
    }

    /// Limits how long an override may last. With a limit, no override lasts until it is cleared.
    pub fn max_ttl(mut self, longest: Duration) -> Self {
        self.rules.longest_ttl = Some(longest);
        self
    }

    /// Accepts overrides without a reason.
    pub fn reason_optional(mut self) -> Self {
        self.rules.reason_is_optional = true;
        self
    }

    /// Returns the routes under a path, such as `/circuits`, for `Router::merge`; under `""`, at the root.
    ///
    /// The router can be nested. It answers unknown paths beneath the path itself, and takes no part in the fallback of
    /// the application. It needs a runtime of tokio with timers, as `#[tokio::main]` makes one.
    ///
    /// # Panics
    ///
    /// Panics if the path neither is empty nor begins with a slash.
    pub fn at<S>(&self, path: &str) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let routes = any(respond).with_state(Arc::new(self.site()));
        let path = path.trim_end_matches('/');
        if path.is_empty() {
            return Router::new()
                .route_service("/", routes.clone())
                .route_service("/{*circuits}", routes);
        }
        Router::new().nest_service(path, routes)
    }

    /// Ends all streams of events, and those that begin later.
    ///
    /// A stream that goes on keeps a server from ending gracefully. So call this in the future that
    /// `with_graceful_shutdown` gets:
    ///
    /// ```
    /// # use breaker_runtime::admin::Admin;
    /// async fn shutdown(signal: impl Future<Output = ()>, admin: Admin) {
    ///     signal.await;
    ///     admin.end_streams();
    /// }
    /// ```
    pub fn end_streams(&self) {
        self.streams_end.store(true, Ordering::Relaxed);
        self.events.wake();
    }

    /// Returns an `Admin` whose streams end separately.
    pub(super) fn with_own_streams(&self) -> Self {
        Self {
            streams_end: Arc::default(),
            ..self.clone()
        }
    }

    /// Returns whether everybody who reaches the routes may read.
    pub(super) fn has_open_reading(&self) -> bool {
        self.access.has_open_reading()
    }

    fn site(&self) -> Site {
        Site {
            registry: self.registry.clone(),
            guard: Guard {
                access: self.access.clone(),
                hosts: self.hosts.clone(),
                origins: self.origins.clone(),
            },
            instance: self.instance.clone(),
            rules: self.rules.clone(),
            links: self.links.clone(),
            keys: self.keys.clone(),
            on_action: self.on_action.clone(),
            watch: self.watch.clone(),
            wrong_tokens: WrongTokens::default(),
            events: Arc::clone(&self.events),
            recorder: Arc::clone(&self.recorder),
            renderings: Renderings::default(),
            members: Roll::default(),
            control_requests: Arc::clone(&self.control_requests),
            streams_end: Arc::clone(&self.streams_end),
        }
    }
}
