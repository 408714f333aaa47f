/// Small functions that a locustfile carries only when it uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Helper {
    Kept,
    Compact,
    Segment,
    Pick,
    Has,
    HasKeys,
    Find,
    Claim,
    Element,
    RandomText,
    Fresh,
    Unique,
    UniqueInt,
    Check,
    Missing,
    Counted,
}

impl Helper {
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Compact => "compact",
            Self::Segment => "segment",
            Self::Pick => "pick",
            Self::Has => "has",
            Self::HasKeys => "has_keys",
            Self::Find => "find",
            Self::Claim => "claim",
            Self::Element => "element",
            Self::RandomText => "random_text",
            Self::Unique => "unique",
            Self::UniqueInt => "unique_int",
            Self::Fresh => "fresh",
            Self::Check => "check",
            Self::Missing => "missing",
            Self::Counted => "counted",
        }
    }

    pub fn uses(self) -> &'static [Self] {
        match self {
            Self::Missing => &[Self::Check],
            Self::Unique => &[Self::Fresh],
            _ => &[],
        }
    }

    pub fn modules(self) -> &'static [&'static str] {
        match self {
            Self::Kept => &["json", "pathlib", "re"],
            Self::Compact => &["json"],
            Self::Find => &["re"],
            Self::Claim => &["base64", "json"],
            Self::RandomText => &["random", "string"],
            Self::Fresh => &["itertools", "os", "time"],
            Self::UniqueInt => &["itertools", "time"],
            Self::Counted => &["functools"],
            _ => &[],
        }
    }

    pub fn imports(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Segment => &[("urllib.parse", "quote")],
            Self::Element => &[("html.parser", "HTMLParser")],
            Self::Check | Self::Missing => &[("locust", "events")],
            Self::Counted => &[("locust.exception", "StopUser")],
            _ => &[],
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Kept => KEPT,
            Self::Compact => {
                "def compact(value):\n    \"\"\"JSON without spaces, as browsers send it.\"\"\"\n    return json.dumps(value, separators=(\",\", \":\"), ensure_ascii=False).encode()"
            }
            Self::Segment => {
                "def segment(value):\n    \"\"\"A value as it stands in a path or query.\"\"\"\n    return quote(str(value), safe=\"!*'()\")"
            }
            Self::Pick => PICK,
            Self::Has => HAS,
            Self::HasKeys => {
                "def has_keys(value, *keys):\n    return isinstance(value, dict) and all(key in value for key in keys)"
            }
            Self::Find => FIND,
            Self::Claim => CLAIM,
            Self::Element => ELEMENT,
            Self::RandomText => {
                "def random_text(length):\n    letters = string.ascii_lowercase + string.digits\n    return \"\".join(random.choices(letters, k=length))"
            }
            Self::Fresh => {
                "# Differs from run to run and from process to process, so that runs do not collide.\nRUN = f\"{int(time.time()):x}-{os.getpid():x}\"\nFRESH = itertools.count(1)"
            }
            Self::Unique => "def unique():\n    return f\"{RUN}-{next(FRESH)}\"",
            Self::UniqueInt => {
                "UNIQUE_INTS = itertools.count(int(time.time()) % 1_000_000 * 10_000)\n\n\ndef unique_int():\n    return next(UNIQUE_INTS)"
            }
            Self::Check => CHECK,
            Self::Missing => MISSING,
            Self::Counted => COUNTED,
        }
    }
}

const KEPT: &str = "\
def kept(file, pointer):
    \"\"\"A secret stays in the file that it came from; the environment wins over it.\"\"\"

    def opened(value):
        if not isinstance(value, str):
            return value
        if value.strip().startswith(\"{\"):
            return json.loads(value)
        lines = (line.partition(\":\") for line in value.splitlines())
        return {name.strip(): rest.strip() for name, _, rest in lines}

    try:
        text = (pathlib.Path(__file__).parent / file).read_text(encoding=\"utf-8-sig\")
        value = json.loads(text)
        for step in pointer.split(\"/\")[1:]:
            if isinstance(value, str) and re.fullmatch(r\"\\d+\\.\\.\\d+\", step):
                start, end = step.split(\"..\")
                value = value[int(start) : int(end)]
                continue
            key = step.replace(\"~1\", \"/\").replace(\"~0\", \"~\")
            value = opened(value)
            value = value[int(key) if isinstance(value, list) else key]
        return value
    except (OSError, ValueError, LookupError, TypeError):
        return \"\"";

const PICK: &str = "\
def pick(response, *path):
    \"\"\"The value at a path of a JSON body; None when there is none.\"\"\"
    try:
        value = response.json()
        for step in path:
            value = value[step]
        return value
    except (ValueError, LookupError, TypeError):
        return None";

const HAS: &str = "\
def has(response, *path):
    \"\"\"Whether a JSON body has a value at a path.\"\"\"
    try:
        value = response.json()
        for step in path:
            value = value[step]
        return True
    except (ValueError, LookupError, TypeError):
        return False";

const FIND: &str = "\
def find(pattern, text, group=0):
    match = re.search(pattern, text or \"\")
    return match.group(group) if match else None";

const CLAIM: &str = "\
def claim(token, *path):
    \"\"\"A claim of a JSON Web Token; None when the text is no token or has no such claim.\"\"\"
    try:
        part = token.split(\".\")[1]
        value = json.loads(base64.urlsafe_b64decode(part + \"=\" * (-len(part) % 4)))
        for key in path:
            value = value[key]
        return value
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None";

const ELEMENT: &str = "\
class _Finder(HTMLParser):
    def __init__(self, tag, wanted, attribute):
        super().__init__()
        self.tag, self.wanted, self.attribute = tag, wanted, attribute
        self.found, self.depth = None, 0

    def handle_starttag(self, tag, attrs):
        if self.depth:
            self.depth += tag == self.tag
        if self.found is not None:
            return
        values = {name: value or \"\" for name, value in attrs}
        classes = values.get(\"class\", \"\").split()
        if (not self.tag or tag == self.tag) and all(
            value in classes if name == \"class\" else values.get(name) == value
            for name, value in self.wanted.items()
        ):
            if self.attribute:
                self.found = values.get(self.attribute, \"\")
            else:
                self.found, self.tag, self.depth = \"\", tag, 1

    def handle_data(self, data):
        if self.depth:
            self.found += data

    def handle_endtag(self, tag):
        if self.depth and tag == self.tag:
            self.depth -= 1


def element(response, tag, wanted, attribute=None):
    \"\"\"An attribute or the text of the first element with these attributes.\"\"\"
    finder = _Finder(tag, wanted, attribute)
    finder.feed(response.text or \"\")
    return finder.found";

const CHECK: &str = "\
CHECKS = {\"passed\": 0, \"failed\": 0}


def check(response, tests, expected=()):
    \"\"\"Fails the request with the names of the checks that do not hold.\"\"\"
    failed = []
    for name, test in tests.items():
        try:
            passed = bool(test(response))
        except Exception:  # what is missing fails the check
            passed = False
        CHECKS[\"passed\" if passed else \"failed\"] += 1
        if not passed:
            failed.append(name)
    if failed:
        response.failure(\", \".join(failed))
    elif response.status_code in expected:
        response.success()


@events.report_to_master.add_listener
def _report_checks(client_id, data):
    data[\"checks\"] = dict(CHECKS)
    CHECKS.update(passed=0, failed=0)


@events.worker_report.add_listener
def _add_checks(client_id, data):
    for key, count in data.get(\"checks\", {}).items():
        CHECKS[key] += count";

const MISSING: &str = "\
def missing(user, name, value):
    \"\"\"Counts a request that could not be sent for lack of a value.\"\"\"
    CHECKS[\"failed\"] += 1
    user.environment.events.request.fire(
        request_type=\"SKIP\",
        name=name,
        response_time=0,
        response_length=0,
        exception=LookupError(f\"{value} is not known\"),
        context={},
    )";

const COUNTED: &str = "\
COUNT = {\"started\": 0, \"finished\": 0}


def counted(journey):
    \"\"\"Stops after ITERATIONS journeys of all users.\"\"\"

    @functools.wraps(journey)
    def run(user):
        if COUNT[\"started\"] >= ITERATIONS:
            raise StopUser()
        COUNT[\"started\"] += 1
        try:
            return journey(user)
        finally:
            COUNT[\"finished\"] += 1

    return run";
