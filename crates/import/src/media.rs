/// A media type without its parameters, lower case: `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(String);

impl MediaType {
    /// From a `Content-Type` value; parameters are cut off.
    pub fn parse(value: &str) -> Self {
        Self(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `application/json`, `text/json` and anything that ends in `+json`.
    pub fn is_json(&self) -> bool {
        self.0.ends_with("/json") || self.0.ends_with("+json")
    }

    pub fn is_xml(&self) -> bool {
        self.0.ends_with("/xml") || self.0.ends_with("+xml")
    }

    pub fn is_form(&self) -> bool {
        self.0 == "application/x-www-form-urlencoded"
    }

    pub fn is_multipart(&self) -> bool {
        self.0.starts_with("multipart/")
    }

    pub fn is_html(&self) -> bool {
        self.0 == "text/html" || self.0 == "application/xhtml+xml"
    }

    /// What a browser loads to show a page rather than what an API answers.
    pub fn is_static_asset(&self) -> bool {
        let t = self.0.as_str();
        ["image/", "font/", "video/", "audio/"].iter().any(|p| t.starts_with(p))
            || matches!(
                t,
                "text/css"
                    | "text/javascript"
                    | "application/javascript"
                    | "application/x-javascript"
                    | "application/font-woff"
                    | "application/font-woff2"
                    | "application/x-font-woff"
                    | "application/x-font-ttf"
                    | "application/vnd.ms-fontobject"
                    | "application/x-shockwave-flash"
                    | "application/wasm"
                    | "application/manifest+json"
            )
    }
}
