use std::time::Duration;

/// Gets a text over HTTP; the answer has to be a success. Used for inputs that are URLs and, with `--fetch`, for remote
/// references; never for the load itself.
pub fn text(url: &str) -> Result<String, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(60))
            .user_agent(concat!("loadwright/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| e.to_string())?;
        let answer = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
        let answer = answer.map_err(|e| reasons(&e))?;
        let bytes = answer.bytes().await.map_err(|e| e.to_string())?;
        Ok(loadwright_import::read::decode(bytes.to_vec()))
    })
}

/// What went wrong and why: `connection refused` is in the last of them.
fn reasons(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut next = error.source();
    while let Some(e) = next {
        let reason = e.to_string();
        if !out.contains(&reason) {
            out.push_str(": ");
            out.push_str(&reason);
        }
        next = e.source();
    }
    out
}
