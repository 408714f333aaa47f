use crate::program;

#[test]
fn every_finding_has_a_page_that_says_what_to_do() {
    let (program, _folder) = program();
    let list = program.run(["explain"]);
    assert_eq!(list.code, 0);
    let codes: Vec<&str> = list.stdout.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert!(codes.len() > 30, "{}", list.stdout);
    for code in &codes {
        let page = program.run(["explain", code]);
        assert_eq!(page.code, 0, "{code}");
        assert!(page.stdout.lines().count() >= 4, "{code}: {}", page.stdout);
    }
    let mut unique = codes.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), codes.len(), "codes are registered once");
}

/// The list of findings is committed, so that a new one is seen in a review.
#[test]
fn the_golden_list_of_findings_is_up_to_date() {
    let (program, _folder) = program();
    let mut golden = loadwright_test_support::Golden::default();
    let place = loadwright_test_support::root().join("fixtures").join("reference");
    golden.check(&place, "findings.txt", &program.run(["explain"]).stdout);
    golden.finish();
}

#[test]
fn an_unknown_code_is_an_error_with_a_suggestion() {
    let (program, _folder) = program();
    let done = program.run(["explain", "har/trunc"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("har/truncated"), "{}", done.stderr);
}
