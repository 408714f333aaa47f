// Postman's dynamic variables: a new value at each use.
const int = (min, max) => min + Math.floor(Math.random() * (max - min + 1));
const pick = (list) => list[int(0, list.length - 1)];
const digits = (n) => Array.from({ length: n }, () => int(0, 9)).join('');
const letters = (n, set = 'abcdefghijklmnopqrstuvwxyz') => Array.from({ length: n }, () => set[int(0, set.length - 1)]).join('');
const hex = (n) => letters(n, '0123456789abcdef');
const words = (n) => Array.from({ length: n }, () => pick(WORDS)).join(' ');
const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = () => `${title(words(int(4, 9)))}.`;
const fast = typeof crypto !== 'undefined' && typeof crypto.randomUUID === 'function';
const uuid = fast ? () => crypto.randomUUID() : () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'harbor', 'island', 'juniper', 'kelp', 'lagoon',
  'meadow', 'north', 'ocean', 'prairie', 'quartz', 'river', 'summit', 'tundra', 'upland', 'valley', 'willow', 'yonder', 'zephyr'];
const FIRST = ['Ada', 'Ben', 'Carla', 'Dev', 'Elif', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kira', 'Liam', 'Mona', 'Nils'];
const LAST = ['Adams', 'Berg', 'Costa', 'Diaz', 'Evans', 'Fischer', 'Gupta', 'Hall', 'Ito', 'Jensen', 'Klein', 'Lopez'];
const CITY = ['Lisbon', 'Oslo', 'Nairobi', 'Lima', 'Osaka', 'Toronto', 'Porto', 'Bergen', 'Cusco', 'Kyoto'];
const COUNTRY = ['Portugal', 'Norway', 'Kenya', 'Peru', 'Japan', 'Canada', 'Chile', 'Ghana'];
const COLOR = ['red', 'teal', 'olive', 'indigo', 'salmon', 'plum', 'silver', 'gold'];
const STREET = ['Main Street', 'Oak Avenue', 'Hill Road', 'Mill Lane', 'Station Road', 'Park Way'];
const ADJECTIVE = ['Awesome', 'Handmade', 'Refined', 'Rustic', 'Sleek', 'Tasty'];
const MATERIAL = ['Cotton', 'Granite', 'Steel', 'Wooden', 'Rubber', 'Plastic'];
const PRODUCT = ['Chair', 'Table', 'Shirt', 'Keyboard', 'Bike', 'Lamp'];
const VERB = ['bypass', 'compress', 'index', 'parse', 'program', 'reboot', 'synthesize'];
const NOUN = ['array', 'bandwidth', 'bus', 'driver', 'firewall', 'interface', 'matrix', 'sensor'];
const TECH = ['virtual', 'digital', 'neural', 'optical', 'wireless', 'redundant', 'mobile'];
const ABBREVIATION = ['TCP', 'HTTP', 'SQL', 'RAM', 'JSON', 'XML', 'SSL', 'CSS'];
const JOB = ['Engineer', 'Analyst', 'Designer', 'Manager', 'Planner', 'Officer'];
const AREA = ['Accounts', 'Brand', 'Data', 'Marketing', 'Operations', 'Security'];
const LEVEL = ['Senior', 'Junior', 'Lead', 'Principal', 'Regional'];
const EXTENSIONS = ['pdf', 'png', 'txt', 'csv', 'json', 'mp3', 'zip', 'html'];
const MIME = ['application/pdf', 'image/png', 'text/plain', 'text/csv', 'application/json', 'audio/mpeg'];
const CURRENCY = [['EUR', 'Euro', '€'], ['USD', 'US Dollar', '$'], ['JPY', 'Yen', '¥'], ['GBP', 'Pound Sterling', '£']];
const SUFFIX = ['com', 'net', 'org', 'io', 'info'];
const domain = () => `${pick(WORDS)}.${pick(SUFFIX)}`;
const user = () => `${pick(FIRST)}${pick(['.', '_', ''])}${pick(LAST)}${int(1, 99)}`;
const file = () => `${pick(WORDS)}_${pick(WORDS)}.${pick(EXTENSIONS)}`;
const date = (from, to) => new Date(Date.now() + int(from, to) * 86400000 + int(0, 86399) * 1000).toString();
const image = (kind) => `https://loremflickr.com/640/480/${kind}`;
const DAY = 365;

const MAKERS = {
  guid: uuid,
  timestamp: () => Math.floor(Date.now() / 1000),
  isoTimestamp: () => new Date().toISOString(),
  randomInt: () => int(0, 1000),
  randomUUID: uuid,
  randomBoolean: () => pick([true, false]),
  randomAlphaNumeric: () => letters(1, 'abcdefghijklmnopqrstuvwxyz0123456789'),
  randomWord: () => pick(WORDS),
  randomWords: () => words(int(2, 5)),
  randomPhoneNumber: () => `${int(200, 999)}-${int(200, 999)}-${digits(4)}`,
  randomPhoneNumberExt: () => `${int(10, 99)}-${int(200, 999)}-${int(200, 999)}-${digits(4)}`,
  randomLocale: () => pick(['en', 'de', 'fr', 'pt', 'ja', 'es']),
  randomFilePath: () => `/usr/${pick(WORDS)}/${file()}`,
  randomDirectoryPath: () => `/usr/${pick(WORDS)}`,
  randomFileName: file,
  randomCommonFileName: file,
  randomMimeType: () => pick(MIME),
  randomCommonFileType: () => pick(['image', 'text', 'audio', 'video', 'application']),
  randomCommonFileExt: () => pick(EXTENSIONS),
  randomFileType: () => pick(['image', 'text', 'audio', 'video', 'application']),
  randomFileExt: () => pick(EXTENSIONS),
  randomSemver: () => `${int(0, 9)}.${int(0, 9)}.${int(0, 9)}`,
  randomCity: () => pick(CITY),
  randomStreetName: () => pick(STREET),
  randomStreetAddress: () => `${int(1, 999)} ${pick(STREET)}`,
  randomCountry: () => pick(COUNTRY),
  randomCountryCode: () => pick(['PT', 'NO', 'KE', 'PE', 'JP', 'CA']),
  randomLatitude: () => (Math.random() * 180 - 90).toFixed(4),
  randomLongitude: () => (Math.random() * 360 - 180).toFixed(4),
  randomColor: () => pick(COLOR),
  randomDepartment: () => pick(['Books', 'Garden', 'Games', 'Home', 'Music', 'Tools']),
  randomProductName: () => `${pick(ADJECTIVE)} ${pick(MATERIAL)} ${pick(PRODUCT)}`,
  randomProductAdjective: () => pick(ADJECTIVE),
  randomProductMaterial: () => pick(MATERIAL),
  randomProduct: () => pick(PRODUCT),
  randomPrice: () => `${int(1, 999)}.${digits(2)}`,
  randomCompanyName: () => `${pick(LAST)} ${pick(['Inc', 'LLC', 'Group', 'and Sons'])}`,
  randomCompanySuffix: () => pick(['Inc', 'LLC', 'Group', 'and Sons']),
  randomCatchPhrase: () => `${pick(ADJECTIVE)} ${pick(TECH)} ${pick(NOUN)}`,
  randomCatchPhraseAdjective: () => pick(ADJECTIVE),
  randomCatchPhraseDescriptor: () => pick(TECH),
  randomCatchPhraseNoun: () => pick(NOUN),
  randomBs: () => `${pick(VERB)} ${pick(TECH)} ${pick(NOUN)}`,
  randomBsAdjective: () => pick(TECH),
  randomBsBuzz: () => pick(VERB),
  randomBsNoun: () => pick(NOUN),
  randomDatabaseColumn: () => pick(['id', 'name', 'email', 'token', 'createdAt', 'status']),
  randomDatabaseType: () => pick(['int', 'varchar', 'text', 'date', 'timestamp']),
  randomDatabaseCollation: () => pick(['utf8_bin', 'utf8_general_ci', 'ascii_bin']),
  randomDatabaseEngine: () => pick(['InnoDB', 'MyISAM', 'MEMORY', 'CSV']),
  randomDatePast: () => date(-DAY, -1),
  randomDateFuture: () => date(1, DAY),
  randomDateRecent: () => date(-1, -1),
  randomMonth: () =>
    pick(['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']),
  randomWeekday: () => pick(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']),
  randomBankAccount: () => digits(8),
  randomBankAccountName: () => pick(['Checking Account', 'Savings Account', 'Credit Card Account']),
  randomBankAccountIban: () => `DE${digits(20)}`,
  randomBankAccountBic: () => letters(8, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
  randomCreditCardMask: () => digits(4),
  randomTransactionType: () => pick(['invoice', 'payment', 'withdrawal', 'deposit']),
  randomCurrencyCode: () => pick(CURRENCY)[0],
  randomCurrencyName: () => pick(CURRENCY)[1],
  randomCurrencySymbol: () => pick(CURRENCY)[2],
  randomBitcoin: () => `3${letters(33, 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789')}`,
  randomAbbreviation: () => pick(ABBREVIATION),
  randomAdjective: () => pick(TECH),
  randomNoun: () => pick(NOUN),
  randomVerb: () => pick(VERB),
  randomIngverb: () => pick(['backing up', 'bypassing', 'hacking', 'indexing', 'parsing']),
  randomPhrase: () => `We need to ${pick(VERB)} the ${pick(TECH)} ${pick(ABBREVIATION)} ${pick(NOUN)}!`,
  randomAvatarImage: () => `https://i.pravatar.cc/150?u=${hex(8)}`,
  randomImageUrl: () => image('any'),
  randomImageDataUri: () => 'data:image/svg+xml;charset=UTF-8,%3Csvg%20xmlns%3D%22http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg%22%2F%3E',
  randomEmail: () => `${user()}@${pick(['gmail', 'hotmail', 'yahoo'])}.com`,
  randomExampleEmail: () => `${user()}@example.${pick(['com', 'net', 'org'])}`,
  randomUserName: user,
  randomProtocol: () => pick(['http', 'https']),
  randomUrl: () => `https://${domain()}`,
  randomDomainName: domain,
  randomDomainSuffix: () => pick(SUFFIX),
  randomDomainWord: () => pick(WORDS),
  randomIP: () => [int(1, 254), int(0, 255), int(0, 255), int(1, 254)].join('.'),
  randomIPV6: () => Array.from({ length: 8 }, () => hex(4)).join(':'),
  randomUserAgent: () => `Mozilla/5.0 (X11; Linux x86_64; rv:${int(90, 130)}.0) Gecko/20100101 Firefox/${int(90, 130)}.0`,
  randomHexColor: () => `#${hex(6)}`,
  randomMACAddress: () => Array.from({ length: 6 }, () => hex(2)).join(':'),
  randomPassword: () => letters(15, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'),
  randomLoremWord: () => pick(WORDS),
  randomLoremWords: () => words(3),
  randomLoremSentence: sentence,
  randomLoremSentences: () => `${sentence()} ${sentence()} ${sentence()}`,
  randomLoremSlug: () => words(3).replace(/ /g, '-'),
  randomLoremParagraph: () => `${sentence()} ${sentence()} ${sentence()}`,
  randomLoremParagraphs: () => [1, 2, 3].map(() => `${sentence()} ${sentence()}`).join('\n \r'),
  randomLoremText: () => `${sentence()} ${sentence()}`,
  randomLoremLines: () => [1, 2, 3].map(sentence).join('\n'),
  randomFirstName: () => pick(FIRST),
  randomLastName: () => pick(LAST),
  randomFullName: () => `${pick(FIRST)} ${pick(LAST)}`,
  randomJobTitle: () => `${pick(LEVEL)} ${pick(AREA)} ${pick(JOB)}`,
  randomNamePrefix: () => pick(['Mr.', 'Ms.', 'Dr.', 'Mrs.']),
  randomNameSuffix: () => pick(['Jr.', 'Sr.', 'II', 'PhD']),
  randomJobDescriptor: () => pick(LEVEL),
  randomJobArea: () => pick(AREA),
  randomJobType: () => pick(JOB),
};
for (const kind of ['Abstract', 'Animals', 'Business', 'Cats', 'City', 'Food', 'Nightlife', 'Fashion', 'People', 'Nature', 'Sports', 'Transport']) {
  MAKERS[`random${kind}Image`] = () => image(kind.toLowerCase());
}

const KNOWN = new Map(Object.keys(MAKERS).map((name) => [`$${name}`, MAKERS[name]]));

/** The value of `$name`, or undefined when there is no such variable. */
export function dynamic(name) {
  const make = KNOWN.get(name);
  return make && make();
}
