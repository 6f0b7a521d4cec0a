"""The agents of agents.ts, over OpenTelemetry's own Python SDK and exporters. Knows nothing of Headway."""

import os
import time

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

SECRET = "SECRET-of-the-agent"


def exporter():
    if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter(insecure=True)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(exporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("agents")


def http(method, address, status):
    attributes = {
        "http.request.method": method,
        "server.address": address,
        "url.full": f"https://{address}/{SECRET}",
    }
    with tracer.start_as_current_span(method, kind=SpanKind.CLIENT, attributes=attributes) as span:
        time.sleep(0.002)
        span.set_attribute("http.response.status_code", status)
        if status >= 400:
            span.set_attribute("error.type", str(status))
            span.set_status(Status(StatusCode.ERROR, SECRET))


def chat():
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.input.messages": SECRET,
    }
    with tracer.start_as_current_span("chat gpt-5", kind=SpanKind.CLIENT, attributes=attributes):
        http("POST", "api.openai.com", 200)


def look_up(failures):
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "idp_lookup"}
    with tracer.start_as_current_span("execute_tool idp_lookup", attributes=attributes):
        for _ in range(failures):
            http("GET", "api.idp.example", 503)
            time.sleep(0.005)
        http("GET", "api.idp.example", 200)


for agent in ["kyc", "research"]:
    for turn in range(5):
        attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent}
        with tracer.start_as_current_span(f"invoke_agent {agent}", attributes=attributes):
            chat()
            look_up(turn % 3)
            http("GET", "api.weather.example", 200)

provider.shutdown()
