using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Problems;

namespace Shop.Tests.Service.ServiceDefaults;

public sealed class ProblemTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async Task InitializeAsync() => _service = await TestService.StartAsync(
        new() { ["Internal:Callers:orders"] = "key", ["Internal:Callers:web"] = "other", ["Internal:Callers:nobody"] = "" },
        _ => { },
        app =>
        {
            app.MapGet("/api/items/{id}", (int id, int? limit, string? q) => $"{id} {limit} {q}");
            app.MapPost("/api/items", (Item item) => item);
            app.MapGet("/api/fail/{how}", (string how, CancellationToken cancellationToken) => Fail(how, cancellationToken));
            app.MapInternal("orders", "nobody").MapPost("/secrets", (Item item) => item);
        });

    public Task DisposeAsync() => _service.DisposeAsync().AsTask();

    [Theory]
    [InlineData("{", "body")]
    [InlineData("", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("""{"name":5}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"name":"\ud800"}""", "name")]
    [InlineData("""{"name":"a","name":"b"}""", "name")]
    [InlineData("""{"quantity":"3"}""", "quantity")]
    [InlineData("""{"quantity":1.5}""", "quantity")]
    [InlineData("""{"quantity":99999999999}""", "quantity")]
    [InlineData("""{"parts":[{},{"quantity":true}]}""", "parts[1].quantity")]
    public async Task A_body_that_cannot_be_read_is_malformed_and_the_field_is_named(string body, string field)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _service.Client.PostAsync("/api/items", content);
        await IsProblemAsync(answer, 400, "malformed", field);
    }

    [Fact]
    public async Task A_member_that_nobody_knows_is_ignored()
    {
        using var answer = await _service.Client.PostAsJsonAsync("/api/items", new { name = "a", colour = "red" });
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/items/x", "id")]
    [InlineData("/api/items/99999999999", "id")]
    [InlineData("/api/items/1?limit=many", "limit")]
    [InlineData("/api/items/1?q=a%00b", "q")]
    public async Task A_value_in_the_address_that_cannot_be_read_is_malformed_and_named(string address, string field)
    {
        using var answer = await _service.Client.GetAsync(address);
        await IsProblemAsync(answer, 400, "malformed", field);
    }

    [Theory]
    [InlineData("GET", "/api/nowhere", 404, "not_found")]
    [InlineData("DELETE", "/api/items", 405, "method_not_allowed")]
    [InlineData("POST", "/api/items", 415, "unsupported_media_type")]
    [InlineData("GET", "/api/fail/bug", 500, "internal")]
    [InlineData("GET", "/api/fail/database", 503, "unavailable")]
    [InlineData("GET", "/api/fail/slow", 503, "unavailable")]
    [InlineData("GET", "/api/fail/service", 503, "unavailable")]
    [InlineData("GET", "/api/fail/circuit", 503, "unavailable")]
    [InlineData("GET", "/api/fail/busy", 503, "busy")]
    [InlineData("GET", "/api/fail/text", 400, "malformed")]
    public async Task Every_refusal_is_a_problem_with_a_code(string method, string address, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = new StringContent("x") };
        using var answer = await _service.Client.SendAsync(request);
        var body = await IsProblemAsync(answer, status, code, field: null);
        Assert.DoesNotContain("secret", body);
        Assert.DoesNotContain("   at ", body);
        Assert.Equal(status == 503, answer.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_413()
    {
        using var content = new ByteArrayContent(new byte[31_000_000]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/items") { Content = content };
        request.Headers.ExpectContinue = true; // The answer comes before the body, so it is not sent in vain.
        using var answer = await _service.Client.SendAsync(request);
        await IsProblemAsync(answer, 413, "payload_too_large", field: null);
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_failure_of_ours()
    {
        using var leaving = new CancellationTokenSource();
        var call = _service.Client.GetAsync("/api/fail/wait", leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        using var answer = await _service.Client.GetAsync("/api/items/1");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("orders", "key", 200)]
    [InlineData("orders", "wrong", 401)]
    [InlineData("orders", "", 401)]
    [InlineData("nobody", "", 401)]
    [InlineData("stranger", "key", 401)]
    [InlineData("web", "other", 401)]
    public async Task An_internal_address_is_open_to_its_callers_with_their_key_only(string name, string key, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/secrets") { Content = JsonContent.Create(new { name = "a" }) };
        request.Headers.Add("X-Service-Name", name);
        request.Headers.Add("X-Service-Key", key);
        using var answer = await _service.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_stranger_learns_nothing_about_an_internal_body()
    {
        using var content = new StringContent("{", Encoding.UTF8, "application/json");
        using var answer = await _service.Client.PostAsync("/internal/secrets", content);
        await IsProblemAsync(answer, 401, "caller_unknown", field: null);
    }

    private static async Task<IResult> Fail(string how, CancellationToken cancellationToken) => how switch
    {
        "bug" => throw new InvalidOperationException("secret detail"),
        "database" => throw new NpgsqlException("secret host", new IOException()),
        "slow" => throw new TimeoutException("secret"),
        "service" => throw new HttpRequestException("secret address"),
        "circuit" => throw new Polly.CircuitBreaker.BrokenCircuitException("secret"),
        "busy" => throw Problem.Busy("Later."),
        "text" => throw new PostgresException("secret", "ERROR", "ERROR", PostgresErrorCodes.CharacterNotInRepertoire),
        _ => await WaitAsync(cancellationToken),
    };

    private static async Task<IResult> WaitAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return TypedResults.Ok();
    }

    private static async Task<string> IsProblemAsync(HttpResponseMessage answer, int status, string code, string? field)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(field, problem.TryGetProperty("field", out var named) ? named.GetString() : null);
        Assert.Equal(32, problem.GetProperty("traceId").GetString()!.Length);
        return text;
    }

    private sealed record Item(string Name, int Quantity, IReadOnlyList<Item>? Parts);
}
