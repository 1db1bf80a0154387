using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Shop.Payments.Sandbox;

namespace Shop.Tests.Service.Payments;

public sealed class SandboxTests
{
    [Fact]
    public async Task A_provider_that_was_started_again_pays_back_what_it_has_forgotten()
    {
        await using var shop = await ProviderStub.StartAsync();
        await using var sandbox = SandboxApp.Build(
            ["--urls=http://127.0.0.1:0", "--Sandbox:SigningKeys:0=key", "--Shutdown:Notice=00:00:00", "--Logging:LogLevel:Default=Critical"]);
        await sandbox.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Urls.Single()) };
        var refund = new { paymentId = Guid.CreateVersion7(), amount = 1999, currency = "EUR", notifyUrl = shop.Address + "/notifications" };

        Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(http, refund));
        await Eventually.TrueAsync(() => !shop.Received.IsEmpty);
        var (path, told) = shop.Received.Single();
        Assert.Equal("/notifications", path);
        Assert.Equal(("refund.succeeded", refund.paymentId, 1999), (
            told.GetProperty("type").GetString(), told.GetProperty("paymentId").GetGuid(), told.GetProperty("amount").GetInt64()));
        var charge = await http.GetFromJsonAsync<JsonElement>($"/charges/{refund.paymentId}");
        Assert.Equal("refunded", charge.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(http, refund with { amount = 2000 }));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(http, new { paymentId = Guid.CreateVersion7() }));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, object refund)
    {
        using var answer = await http.PostAsJsonAsync("/refunds", refund);
        return answer.StatusCode;
    }
}
