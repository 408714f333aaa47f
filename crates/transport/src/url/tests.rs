use super::*;

#[test]
fn paths_are_escaped_and_queries_are_not() {
    let target = |t: &str| Url::parse(t).unwrap().target().to_owned();
    assert_eq!(target("http://h/p a?q=a b&ü=1&x=\"<>{}[]^\\"), "/p%20a?q=a b&ü=1&x=\"<>{}[]^\\");
    assert_eq!(target("http://h/a%20b/ü/\"<>?#f"), "/a%20b/%C3%BC/%22%3C%3E?");
    assert_eq!(target("http://h/sub%20path/x%2Fy?z=%25"), "/sub%20path/x%2Fy?z=%25");
    assert_eq!(target("http://h"), "/");
    assert_eq!(target("http://h?a=1"), "/?a=1");
    assert_eq!(Url::parse("http://h/x?ok=1#frag").unwrap().as_str(), "http://h/x?ok=1#frag");
}

#[test]
fn errors_are_those_of_go() {
    let text = |t: &str| Url::parse(t).unwrap_err().0;
    assert_eq!(text("http://[::1"), "parse \"http://[::1\": missing ']' in host");
    assert_eq!(text("http://h/%zz"), "parse \"http://h/%zz\": invalid URL escape \"%zz\"");
    assert_eq!(text("http://h:a1/"), "parse \"http://h:a1/\": invalid port \":a1\" after host");
    assert_eq!(text("http://a b/"), "parse \"http://a b/\": invalid character \" \" in host name");
    assert_eq!(text("://x"), "parse \"://x\": missing protocol scheme");
    assert_eq!(Url::parse("not a url").unwrap().scheme(), "");
    assert_eq!(Url::parse("foo://x").unwrap().scheme(), "foo");
}

#[test]
fn user_info_is_masked() {
    let url = Url::parse("http://u:p%40@h:81/x?y#z").unwrap();
    assert_eq!(url.masked(), "http://****:****@h:81/x?y#z");
    assert_eq!(url.credentials(), Some(("u", "p@")));
    assert_eq!(url.without_user(), "http://h:81/x?y#z");
    assert_eq!((url.host(), url.port(), url.authority()), ("h", Some(81), "h:81"));
    assert_eq!(Url::parse("http://[::1]:8080/").unwrap().host(), "::1");
}

#[test]
fn names_beyond_ascii_have_two_forms() {
    let url = Url::parse("http://bücher.example:81/ü").unwrap();
    assert_eq!((url.host(), url.authority()), ("xn--bcher-kva.example", "xn--bcher-kva.example:81"));
    assert_eq!(url.as_str(), "http://b%C3%BCcher.example:81/%C3%BC");
    assert_eq!(Url::parse("http://h:/x").unwrap().authority(), "h");
}

#[test]
fn references_are_resolved() {
    let base = Url::parse("http://h/a/b/c?q=1#f").unwrap();
    for (reference, want) in [
        ("/x", "http://h/x"),
        ("x?y=1", "http://h/a/b/x?y=1"),
        ("../x", "http://h/a/x"),
        ("../../../x", "http://h/x"),
        ("./", "http://h/a/b/"),
        ("?z", "http://h/a/b/c?z"),
        ("", "http://h/a/b/c?q=1#f"),
        ("https://o/p", "https://o/p"),
        ("//o/p", "http://o/p"),
    ] {
        assert_eq!(base.join(reference).unwrap().as_str(), want, "{reference}");
    }
}
