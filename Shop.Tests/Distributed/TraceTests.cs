using System.Text.Json.Nodes;

namespace Shop.Tests.Distributed;

[Collection(ShopGraph.Collection)]
public sealed class TraceTests(ShopGraph graph)
{
    [Fact]
    public async Task The_dashboard_shows_a_purchase_as_one_trace_through_all_services_and_messages()
    {
        using var customer = graph.Visitor();
        await customer.RegisterAsync();
        var productId = (long)(await customer.AnyProductAsync())["id"]!;
        var trace = System.Diagnostics.ActivityTraceId.CreateRandom().ToHexString();
        customer.Http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{System.Diagnostics.ActivitySpanId.CreateRandom().ToHexString()}-01");
        var orderId = (string)(await customer.OrderAsync(new { productId, quantity = 1 }))["id"]!;
        await customer.PayAsync(orderId);
        await customer.BecomesAsync(orderId, "paid");

        // From the gateway to Orders and to Catalog's stock; then to Payments, to Orders, to the provider and back, and over the broker to Orders and to Catalog.
        (string Service, string Name)[] expected =
        [
            ("web", "POST"), ("orders", "POST /api/orders"), ("catalog", "/internal/reservations"), ("payments", "POST"), ("orders", "/internal/orders/"), ("sandbox", "POST"), ("sandbox", "notify"),
            ("payments", "payment-succeeded publish"), ("orders", "payment-succeeded"), ("orders", "order-paid publish"), ("catalog", "order-paid"),
        ];
        await Eventually.BecomesAsync("the trace is complete", async () => await MissingAsync(trace, expected), missing => missing.Length == 0, TimeSpan.FromSeconds(60));
    }

    private async Task<string> MissingAsync(string trace, (string Service, string Name)[] expected)
    {
        var spans = await SpansAsync(trace);
        return string.Join(", ", expected.Where(one => !spans.Any(span => span.Service == one.Service && span.Name.Contains(one.Name, StringComparison.Ordinal))));
    }

    private async Task<IReadOnlyList<(string Service, string Name)>> SpansAsync(string trace)
    {
        using var http = new HttpClient { BaseAddress = graph.Dashboard };
        http.DefaultRequestHeaders.Add("x-api-key", ShopGraph.DashboardApiKey);
        var answer = JsonNode.Parse(await http.GetStringAsync($"/api/telemetry/spans?traceId={trace}&limit=1000"))!;
        return [.. from resource in answer["data"]!["resourceSpans"]!.AsArray()
                   let service = (string)resource!["resource"]!["attributes"]!.AsArray()
                       .First(attribute => (string)attribute!["key"]! == "service.name")!["value"]!["stringValue"]!
                   from scope in resource["scopeSpans"]!.AsArray()
                   from span in scope!["spans"]!.AsArray()
                   select (service, (string)span!["name"]!)];
    }
}
