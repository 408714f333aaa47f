import http from 'k6/http';
import { check, fail, group, sleep } from 'k6';

// The address of what is tested; say another one with -e BASE_URL=...
const BASE_URL = __ENV.BASE_URL || 'http://localhost:8080';

export const options = {
  scenarios: {
    visitors: {
      executor: 'ramping-vus',
      stages: [
        { duration: '30s', target: 10 },
        { duration: '1m', target: 10 },
        { duration: '30s', target: 0 },
      ],
    },
  },
  thresholds: {
    http_req_failed: ['rate<0.01'],
    http_req_duration: ['p(95)<500', 'p(99)<1000'],
  },
};

// Runs once, before the scenarios; what it returns is given to every iteration.
export function setup() {
  const res = http.get(`${BASE_URL}/`);
  if (res.status >= 500 || res.error) fail(`${BASE_URL} is not ready: ${res.status} ${res.error}`);
  return { started: Date.now() };
}

export default function (data) {
  group('read', () => {
    const res = http.get(`${BASE_URL}/items?since=${data.started}`, { tags: { name: 'GET /items' } });
    check(res, { 'list: status is 200': (r) => r.status === 200 });
  });
  group('write', () => {
    const body = JSON.stringify({ name: `item ${__VU}-${__ITER}` });
    const params = { headers: { 'Content-Type': 'application/json' }, tags: { name: 'POST /items' } };
    const res = http.post(`${BASE_URL}/items`, body, params);
    check(res, { 'create: status is 2xx': (r) => r.status >= 200 && r.status < 300 });
  });
  sleep(1);
}

// Runs once, after the scenarios.
export function teardown() {}
