using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using Shop.Payments;

namespace Shop.Tests.Service.Payments;

[Collection(Servers.Collection)]
public sealed class PaymentTests(Servers servers) : IAsyncLifetime
{
    private const string SigningKey = "key-of-the-sandbox";
    private NpgsqlDataSource _database = null!;
    private ProviderStub _provider = null!;
    private TokenIssuer _tokens = null!;
    private RunningService _payments = null!;

    public async Task InitializeAsync()
    {
        var database = await servers.CreateDatabaseAsync("payments");
        _database = NpgsqlDataSource.Create(database);
        _provider = await ProviderStub.StartAsync();
        _tokens = await TokenIssuer.StartAsync();
        _payments = await RunningService.StartAsync(typeof(PaymentsApp), new Dictionary<string, string>
        {
            ["ConnectionStrings:paymentsdb"] = database,
            // Nobody listens there: what is to be sent stays in the outbox.
            ["ConnectionStrings:messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["services:sandbox:http:0"] = _provider.Address,
            ["services:web:http:0"] = _tokens.Address,
            ["Sandbox:SigningKeys:0"] = SigningKey,
            ["Internal:Name"] = Servers.UniqueName("payments"),
            ["Shutdown:Notice"] = "00:00:00",
        });
    }

    public async Task DisposeAsync()
    {
        await _payments.DisposeAsync();
        await _tokens.DisposeAsync();
        await _provider.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_slow_provider_is_asked_for_eight_payments_at_once_and_for_each_one_once()
    {
        var answers = new TaskCompletionSource();
        var (asking, most) = (0, 0);
        _provider.BeforeAnswer = async gone =>
        {
            var now = Interlocked.Increment(ref asking);
            lock (_provider) most = Math.Max(most, now);
            if (now == 8) answers.TrySetResult();
            await answers.Task.WaitAsync(gone).ContinueWith(_ => Interlocked.Decrement(ref asking), TaskScheduler.Default);
        };
        await ExecuteAsync("""
            insert into payments (id, customer_id, order_id, method, status, amount, currency, next_attempt_at)
            select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'sandbox', 'refunding', 100 + n, 'EUR', shop_now()
            from generate_series(1, 20) as n
            """);
        await Eventually.TrueAsync(() => _provider.Received.Select(request => request.Body.GetProperty("paymentId").GetGuid()).Distinct().Count() == 20);
        Assert.Equal(8, most);
        Assert.Equal(20L, await ScalarAsync("select count(*) from payments where attempts = 1"));
        var (path, body) = _provider.Received.First();
        Assert.Equal(("/refunds", "EUR"), (path, body.GetProperty("currency").GetString()));
        Assert.InRange(body.GetProperty("amount").GetInt64(), 101, 120);
        Assert.EndsWith("/api/payments/notifications/sandbox", body.GetProperty("notifyUrl").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notification_that_is_sent_again_changes_nothing()
    {
        var payment = Guid.CreateVersion7();
        await ExecuteAsync($"""
            insert into payments (id, customer_id, order_id, method, status, amount, currency)
            values ('{payment}', gen_random_uuid(), gen_random_uuid(), 'sandbox', 'pending', 500, 'EUR')
            """);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new { eventId = "1", type = "charge.succeeded", paymentId = payment, amount = 500, currency = "EUR" });
        for (var time = 0; time < 3; time++)
            Assert.Equal(HttpStatusCode.NoContent, await NotifyAsync(body));
        Assert.Equal("succeeded 2", await ScalarAsync($"select status || ' ' || version from payments where id = '{payment}'"));
        Assert.Equal(2L, await ScalarAsync("select count(*) from ledger_entries"));
        Assert.Equal(1L, await ScalarAsync("select count(*) from shop_outbox"));
    }

    private async Task<HttpStatusCode> NotifyAsync(byte[] body)
    {
        var seconds = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(SigningKey), (byte[])[.. Encoding.UTF8.GetBytes(seconds + "."), .. body]);
        using var http = new HttpClient { BaseAddress = _payments.Address };
        using var content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/payments/notifications/sandbox") { Content = content };
        request.Headers.Add("Sandbox-Timestamp", seconds);
        request.Headers.Add("Sandbox-Signature", "v1=" + Convert.ToHexStringLower(signature));
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private Task ExecuteAsync(string sql) => ScalarAsync(sql);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
