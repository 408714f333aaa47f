use super::get;

const DOC: &str = r#"{
  "name": {"first": "Tom", "last": "Anderson"},
  "age": 37,
  "children": ["Sara", "Alex", "Jack"],
  "fav.movie": "Deer Hunter",
  "empty": [], "none": null, "text": "a\"b",
  "friends": [
    {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"]},
    {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"]},
    {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}
  ]
}"#;

#[test]
fn paths_reach_what_they_name() {
    let table: &[(&str, Option<&str>)] = &[
        ("name.last", Some(r#""Anderson""#)),
        ("age", Some("37")),
        ("children", Some(r#"["Sara", "Alex", "Jack"]"#)),
        ("children.#", Some("3")),
        ("children.1", Some(r#""Alex""#)),
        ("child*.2", Some(r#""Jack""#)),
        ("c?ildren.0", Some(r#""Sara""#)),
        (r"fav\.movie", Some(r#""Deer Hunter""#)),
        ("friends.#.first", Some(r#"["Dale","Roger","Jane"]"#)),
        ("friends.1.last", Some(r#""Craig""#)),
        (r#"friends.#(last=="Murphy").first"#, Some(r#""Dale""#)),
        (r#"friends.#(last=="Murphy")#.first"#, Some(r#"["Dale","Jane"]"#)),
        ("friends.#(age>45)#.last", Some(r#"["Craig","Murphy"]"#)),
        (r#"friends.#(first%"D*").last"#, Some(r#""Murphy""#)),
        (r#"friends.#(first!%"D*").last"#, Some(r#""Craig""#)),
        (r#"friends.#(nets.#(=="fb"))#.first"#, Some(r#"["Dale","Roger"]"#)),
        (r#"children.#(=="Alex")"#, Some(r#""Alex""#)),
        (r#"children.#(!="Alex")#"#, Some(r#"["Sara","Jack"]"#)),
        ("children.@reverse", Some(r#"["Jack","Alex","Sara"]"#)),
        ("children|@reverse|0", Some(r#""Jack""#)),
        ("name.@keys", Some(r#"["first","last"]"#)),
        ("name.@values.1", Some(r#""Anderson""#)),
        ("friends.#.nets|@flatten|#", Some("7")),
        ("{name.first,age}", Some(r#"{"first":"Tom","age":37}"#)),
        (r#"{"n":name.first,age}"#, Some(r#"{"n":"Tom","age":37}"#)),
        ("[name.first,age]", Some(r#"["Tom",37]"#)),
        ("friends.#(none==~null)#.age", Some("[44,68,47]")),
        ("none", Some("null")),
        ("empty.#", Some("0")),
        ("missing", None),
        ("children.9", None),
        ("age.more", None),
        (r#"friends.#(last=="Nobody").first"#, None),
        (r#"friends.#(last=="Nobody")#.first"#, Some("[]")),
    ];
    for (path, wanted) in table {
        assert_eq!(get(DOC, path).as_deref(), *wanted, "{path}");
    }
    assert_eq!(get("{\"a\":1}\n{\"a\":2}\n", "..#.a").as_deref(), Some("[1,2]"));
    assert_eq!(get("[1,2,3]", "#(>1)#").as_deref(), Some("[2,3]"));
}
