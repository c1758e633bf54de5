//! Plays an operator during an outage: reads the API, acts, and fails if an answer is not as expected.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::services::{Mode, Services};

/// Somebody with the token.
#[derive(Debug)]
pub(crate) struct Operator {
    http: Client,
    url: String,
    token: String,
}

impl Operator {
    pub(crate) fn new(url: String, token: String) -> anyhow::Result<Self> {
        let http = Client::builder().no_proxy().build()?;
        Ok(Self { http, url, token })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = self.http.request(method, format!("{}/{path}", self.url));
        if !body.is_null() {
            request = request
                .header("Content-Type", "application/json")
                .body(body.to_string());
        }
        let answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        Ok((status, serde_json::from_str(&answer.text().await?)?))
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let (status, body) = self.send(Method::GET, path, &Value::Null).await?;
        ensure!(status == StatusCode::OK, "GET {path}: {status} {body}");
        Ok(body)
    }

    /// Acts, and returns the answer.
    async fn act(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (status, body) = self.send(method.parse()?, path, body).await?;
        ensure!(status == StatusCode::OK, "{method} {path}: {status} {body}");
        Ok(body)
    }

    /// Sends the request that takes an action back, as the answer to that action gave it.
    async fn undo(&self, answer: &Value) -> anyhow::Result<Value> {
        let undo = &answer["undo"];
        let method = undo["method"].as_str().context("it can be undone")?;
        let path = undo["path"].as_str().context("it can be undone")?;
        self.act(method, path, &undo["body"]).await
    }

    /// Reads a breaker until it looks as expected.
    async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        loop {
            let body = self.get(path).await?;
            if is_so(&body) {
                return Ok(body);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Plays an outage of the bank, and does what an operator would do.
pub(crate) async fn run(operator: Operator, services: &Services) -> anyhow::Result<()> {
    reads_the_list(&operator).await?;
    asks_for_what_is_not_there(&operator).await?;
    sees_the_bank_fail_and_recover(&operator, services).await?;
    forces_the_stock_open_and_takes_it_back(&operator).await?;
    finds_the_sick_hosts(&operator).await
}

fn state(detail: &Value) -> &str {
    detail["breaker"]["state"].as_str().unwrap_or_default()
}

async fn reads_the_list(operator: &Operator) -> anyhow::Result<()> {
    let list = operator.get("breakers").await?;
    ensure!(list["summary"]["breakers"] == 46, "{}", list["summary"]);
    let first = &list["breakers"][0];
    ensure!(first["name"] == "mail", "the file forces `mail` open");
    ensure!(first["state"] == "forced_open" && first["machine_state"] == "closed");
    println!("46 breakers; `mail` is forced open by its file");
    Ok(())
}

async fn asks_for_what_is_not_there(operator: &Operator) -> anyhow::Result<()> {
    let (status, problem) = operator
        .send(Method::POST, "trip/bnak", &Value::Null)
        .await?;
    ensure!(status == StatusCode::NOT_FOUND && problem["nearest"] == "bank");
    let list = operator.get("breakers").await?;
    ensure!(list["summary"]["breakers"] == 46, "nothing was created");
    println!("an unknown name: {}", problem["detail"]);
    Ok(())
}

async fn sees_the_bank_fail_and_recover(
    operator: &Operator,
    services: &Services,
) -> anyhow::Result<()> {
    // Shorter open periods, so that nobody has to wait for the probes.
    let patch = json!({"open_for": "500ms", "ramp": "off"});
    let change = operator.act("PATCH", "settings/bank", &patch).await?;

    services.switch("bank", Mode::Hanging);
    let down = operator
        .until("breakers", |list| list["summary"]["critical_down"] == 1)
        .await?;
    let first = &down["breakers"][0];
    ensure!(first["name"] == "bank", "what is critical comes first");
    let detail = operator.get("breakers/bank").await?;
    let opening = &detail["breaker"]["outage"]["first"]["transition"];
    ensure!(opening["reason"] == "failures_in_a_row", "{opening}");
    ensure!(detail["functions"][0]["function"] == "pay", "{detail}");
    println!("the bank hangs: {opening}");

    services.switch("bank", Mode::Well);
    operator
        .until("breakers/bank", |detail| state(detail) == "closed")
        .await?;
    operator.undo(&change).await?;
    let settings = operator.get("settings/bank").await?;
    ensure!(settings["configured"] == json!({}), "{settings}");
    println!("the bank has recovered, and has the settings of its function again");
    Ok(())
}

async fn forces_the_stock_open_and_takes_it_back(operator: &Operator) -> anyhow::Result<()> {
    let rejected =
        |detail: &Value| detail["breaker"]["totals"]["rejections"]["forced"].as_u64() > Some(10);
    let force = json!({"reason": "INC-42: stocktaking", "ttl": "30m"});

    // The rates are known after the first five seconds.
    let rate = |list: &Value| list["breakers"][0]["rates"]["calls"].as_f64() > Some(1.0);
    operator.until("breakers?q=stock", rate).await?;
    let dry = operator
        .act("POST", "force-open/stock?dry_run=true", &force)
        .await?;
    println!("a preview: {}", dry["effect"]);
    ensure!(dry["effect"]["refused_per_second"].as_f64() > Some(1.0));
    ensure!(dry["changed"] == true && dry["after"]["state"] == "forced_open");
    let before = operator.get("breakers/stock").await?;
    ensure!(state(&before) == "closed", "a dry run changes nothing");

    let forced = operator.act("POST", "force-open/stock", &force).await?;
    let detail = operator.until("breakers/stock", rejected).await?;
    ensure!(state(&detail) == "forced_open");
    ensure!(detail["breaker"]["override"]["by"]["actor"] == "on-call");
    let fallbacks = &detail["breaker"]["totals"]["fallback_successes"];
    println!(
        "the stock is forced open until {}",
        forced["effect"]["until"]
    );
    println!("its fallback has answered {fallbacks} calls meanwhile");

    operator.undo(&forced).await?;
    let calls = |detail: &Value| detail["breaker"]["totals"]["calls"].as_u64();
    let then = calls(&operator.get("breakers/stock").await?);
    let detail = operator
        .until("breakers/stock", |detail| calls(detail) > then)
        .await?;
    ensure!(state(&detail) == "closed", "its calls pass again");
    let actions = operator.get("actions").await?;
    println!("undone; the last action: {}", actions["actions"][0]);
    Ok(())
}

async fn finds_the_sick_hosts(operator: &Operator) -> anyhow::Result<()> {
    let list = operator
        .until("keys/fetch?state=open", |list| {
            list["total"].as_u64() > Some(0)
        })
        .await?;
    let host = list["keys"][0]["key"].as_str().unwrap_or_default();
    ensure!(host.starts_with("host-"), "{list}");
    let detail = operator.get(&format!("breakers/fetch?key={host}")).await?;
    let cause = &detail["breaker"]["outage"]["first"]["transition"]["cause"]["text"];
    println!("{host} is open: {cause}");
    Ok(())
}
