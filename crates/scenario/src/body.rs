use crate::{Field, Json, Text};

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub enum Body {
    #[default]
    Empty,
    /// `application/json` unless a header says otherwise.
    Json {
        value: Json,
        /// What `JSON.stringify` is given to indent with; `None` is compact.
        indent: Option<String>,
    },
    /// Text as it is. `media_type` is what the source implies; `None` sends no `Content-Type`.
    Raw {
        media_type: Option<String>,
        content: Text,
    },
    /// Bytes that are no UTF-8 text.
    Bytes {
        media_type: Option<String>,
        content: Vec<u8>,
    },
    /// `application/x-www-form-urlencoded`; names may repeat; plain text, encoded by the target.
    Form(Vec<Field>),
    Multipart(Vec<FormPart>),
    /// The content of one file.
    File {
        media_type: Option<String>,
        file: FileRef,
    },
    GraphQl {
        query: Text,
        operation: Option<Text>,
        variables: Option<Json>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FormPart {
    pub name: Text,
    pub content: PartContent,
    pub media_type: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PartContent {
    Text(Text),
    File {
        file: FileRef,
        file_name: Option<Text>,
    },
    /// A file whose bytes the source itself holds.
    Inline {
        file_name: Option<Text>,
        bytes: Vec<u8>,
    },
}

/// A file that the script reads when it starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileRef {
    /// Relative to the script, or as the source wrote it.
    pub path: String,
    /// What to write there when the source names a file that does not exist: a target emits it beside the script.
    pub placeholder: Option<Vec<u8>>,
}
