import datetime
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.hooks import calling
from notifications.hooks.calling import call

pytestmark = pytest.mark.usefixtures("local")


def test_a_call_is_a_post_by_the_name_of_the_host(endpoint, resolver):
    resolver["hooks.example"] = [["127.0.0.1"]]
    port = endpoint.server_address[1]
    answer = call(f"http://hooks.example:{port}/hook?of=portal", '{"說":1}', {"webhook-id": "msg_1"})
    [(path, headers, body)] = endpoint.heard
    assert (answer.status, answer.text, answer.error) == (200, "thanks", "")
    assert (path, body, headers["webhook-id"]) == ("/hook?of=portal", '{"說":1}', "msg_1")
    assert headers["Host"] == f"hooks.example:{port}"


def test_a_redirect_is_an_answer_and_is_not_followed(endpoint):
    endpoint.answer = (302, {"Location": endpoint.url + "&again"}, b"")
    answer = call(endpoint.url, "{}", {})
    assert (answer.status, answer.is_good, len(endpoint.heard)) == (302, False, 1)
    known = (None, 199, 200, 299, 300)
    assert [calling.Answer(status, 0).is_good for status in known] == [False, False, True, True, False]


def test_an_answer_that_comes_letter_by_letter_is_cut_off_in_time(endpoint, monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.4)
    endpoint.slow = True
    began = time.monotonic()
    answer = call(endpoint.url, "{}", {})
    assert (answer.status, "in time" in answer.error or "timed out" in answer.error) == (None, True)
    assert time.monotonic() - began < 20  # it drips for ever


def test_of_a_long_answer_only_the_beginning_is_kept(endpoint):
    endpoint.answer = (200, {"X-Long": "a" * 5000}, b"b" * 10_000_000)
    answer = call(endpoint.url, "{}", {})
    assert answer.error == ""
    assert (len(answer.text), len(answer.headers["X-Long"])) == (2000, 300)


def test_headers_without_end_are_not_read_to_the_end(endpoint, monkeypatch):
    monkeypatch.setattr(calling, "MOST", 20_000)
    endpoint.answer = (200, {f"X-{number}": "a" * 1000 for number in range(60)}, b"")
    assert "too long" in call(endpoint.url, "{}", {}).error


def test_nobody_at_home_is_an_answer_too(endpoint):
    url = endpoint.url
    endpoint.shutdown()
    endpoint.server_close()
    answer = call(url, "{}", {})
    assert (answer.status, answer.is_good, "refused" in answer.error.lower()) == (None, False, True)


def certificate(folder, name: str):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    raw = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(raw + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(("name", "status"), [("hooks.example", 200), ("other.example", None)])
def test_over_tls_the_name_of_the_host_is_asked_for_and_checked(
    endpoint, resolver, tmp_path, monkeypatch, name, status
):
    file = certificate(tmp_path, "hooks.example")
    context, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(file)
    context.sni_callback = lambda _sock, said, _context: asked.append(said)
    endpoint.socket = context.wrap_socket(endpoint.socket, server_side=True)
    endpoint.handle_error = lambda *_said: None
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    resolver[name] = [["127.0.0.1"]]
    answer = call(f"https://{name}:{endpoint.server_address[1]}/", "{}", {})
    assert (answer.status, asked) == (status, [name]), answer.error
    assert status or "certificate" in answer.error.lower()
