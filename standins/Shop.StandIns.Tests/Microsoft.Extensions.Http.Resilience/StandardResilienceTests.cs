using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.Resilience;

public sealed class StandardResilienceTests
{
    private readonly QuickTime _time = new(within: TimeSpan.FromSeconds(9.9));

    [Fact]
    public void The_defaults_are_the_official_ones()
    {
        var options = new HttpStandardResilienceOptions();
        Assert.Equal((1000, 0), (options.RateLimiter.DefaultRateLimiterOptions.PermitLimit, options.RateLimiter.DefaultRateLimiterOptions.QueueLimit));
        Assert.Equal(TimeSpan.FromSeconds(30), options.TotalRequestTimeout.Timeout);
        Assert.Equal((3, DelayBackoffType.Exponential, true), (options.Retry.MaxRetryAttempts, options.Retry.BackoffType, options.Retry.UseJitter));
        Assert.Equal((TimeSpan.FromSeconds(2), true), (options.Retry.Delay, options.Retry.ShouldRetryAfterHeader));
        Assert.Equal((0.1, 100), (options.CircuitBreaker.FailureRatio, options.CircuitBreaker.MinimumThroughput));
        Assert.Equal(TimeSpan.FromSeconds(30), options.CircuitBreaker.SamplingDuration);
        Assert.Equal(TimeSpan.FromSeconds(5), options.CircuitBreaker.BreakDuration);
        Assert.Equal(TimeSpan.FromSeconds(10), options.AttemptTimeout.Timeout);
    }

    [Theory]
    [InlineData(503, 4)]
    [InlineData(500, 4)]
    [InlineData(429, 4)]
    [InlineData(408, 4)]
    [InlineData(404, 1)]
    [InlineData(200, 1)]
    public async Task Transient_answers_are_tried_four_times_and_the_last_is_handed_out(int status, int attempts)
    {
        await using var server = await Server.StartAsync((context, _) => Task.FromResult(context.Response.StatusCode = status));
        using var provider = Clients("c");

        var answer = await Client(provider).GetAsync(server.Address);

        Assert.Equal((status, attempts), ((int)answer.StatusCode, server.Attempts));
        Assert.Equal(attempts - 1, _time.Pauses.Count);
    }

    [Fact]
    public async Task A_refused_connection_is_tried_four_times()
    {
        using var provider = Clients("c");
        var nowhere = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        await Assert.ThrowsAsync<HttpRequestException>(() => Client(provider).GetAsync(nowhere));
        Assert.Equal(3, _time.Pauses.Count);
    }

    [Fact]
    public async Task The_server_says_how_long_to_wait_unless_nobody_asks_it()
    {
        await using var server = await Server.StartAsync((context, attempt) =>
        {
            context.Response.StatusCode = attempt == 1 ? 503 : 200;
            context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        using (var provider = Clients("c"))
            await Client(provider).GetAsync(server.Address);
        Assert.Equal([TimeSpan.FromSeconds(7)], _time.Pauses);

        server.Attempts = 0;
        using (var provider = Clients("c", options => options.Retry.ShouldRetryAfterHeader = false))
            await Client(provider).GetAsync(server.Address);
        Assert.NotEqual(TimeSpan.FromSeconds(7), _time.Pauses[^1]);
    }

    [Fact]
    public async Task A_body_that_can_be_read_once_is_sent_whole_again()
    {
        var bodies = new List<string>();
        await using var server = await Server.StartAsync(async (context, attempt) =>
        {
            bodies.Add(await new StreamReader(context.Request.Body).ReadToEndAsync());
            context.Response.StatusCode = attempt == 1 ? 500 : 200;
        });
        using var provider = Clients("c");
        await using var stream = new OnceStream("the body"u8.ToArray());
        using var content = new StreamContent(stream);

        var answer = await Client(provider).PostAsync(server.Address, content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["the body", "the body"], bodies);
    }

    [Fact]
    public async Task A_context_given_with_the_request_is_the_one_that_the_pipeline_runs_in()
    {
        await using var server = await Server.StartAsync((context, _) => Task.FromResult(context.Response.StatusCode = 503));
        var key = new ResiliencePropertyKey<string?>("note");
        var notes = new List<string?>();
        using var provider = Clients("c", options => options.Retry.ShouldHandle = args =>
        {
            notes.Add(args.Context.Properties.GetValue(key, null));
            return ValueTask.FromResult(false);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
        var context = ResilienceContextPool.Shared.Get();
        context.Properties.Set(key, "from the caller");
        request.SetResilienceContext(context);

        await Client(provider).SendAsync(request);
        await Client(provider).GetAsync(server.Address);

        Assert.Equal(["from the caller", null], notes);
        Assert.Equal("from the caller", context.Properties.GetValue(key, null));
        ResilienceContextPool.Shared.Return(context);
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_given_up_and_tried_again()
    {
        await using var server = await Server.StartAsync(
            (context, attempt) => attempt == 1 ? Hang(context) : Task.CompletedTask);
        using var provider = Clients("c", options =>
        {
            // The second attempt has as much, on a busy machine too.
            options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(3);
            options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        }, TimeProvider.System);

        var answer = await Client(provider).GetAsync(server.Address);
        Assert.Equal((HttpStatusCode.OK, 2), (answer.StatusCode, server.Attempts));
    }

    [Fact]
    public async Task All_attempts_together_have_a_time_out()
    {
        await using var server = await Server.StartAsync((context, _) => Hang(context));
        using var provider = Clients(
            "c",
            options => options.TotalRequestTimeout.Timeout = options.AttemptTimeout.Timeout = TimeSpan.FromMilliseconds(300),
            TimeProvider.System);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => Client(provider).GetAsync(server.Address));
    }

    [Fact]
    public async Task A_caller_who_leaves_is_not_a_failure_to_retry()
    {
        using var leaving = new CancellationTokenSource();
        await using var server = await Server.StartAsync((context, _) =>
        {
            leaving.Cancel();
            return Hang(context);
        });
        using var provider = Clients("c");
        await Assert.ThrowsAsync<TaskCanceledException>(() => Client(provider).GetAsync(server.Address, leaving.Token));
        Assert.Equal(1, server.Attempts);
    }

    [Fact]
    public async Task A_circuit_opens_for_the_client_that_fails_and_for_no_other()
    {
        await using var server = await Server.StartAsync((context, _) => Task.FromResult(context.Response.StatusCode = 500));
        using var provider = AllClients(options =>
        {
            options.CircuitBreaker.MinimumThroughput = 4;
            options.CircuitBreaker.BreakDuration = TimeSpan.FromHours(1);
        });

        await Client(provider, "a").GetAsync(server.Address);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => Client(provider, "a").GetAsync(server.Address));
        Assert.Equal(4, server.Attempts);
        await Client(provider, "b").GetAsync(server.Address);
        Assert.Equal(8, server.Attempts);
    }

    [Fact]
    public async Task More_requests_at_once_than_allowed_are_refused_at_once()
    {
        var release = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        await using var server = await Server.StartAsync((_, _) =>
        {
            arrived.TrySetResult();
            return release.Task;
        });
        using var provider = Clients("c", options => options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = 1);

        var first = Client(provider).GetAsync(server.Address);
        await arrived.Task;
        await Assert.ThrowsAnyAsync<ExecutionRejectedException>(() => Client(provider).GetAsync(server.Address));
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Client(provider).GetAsync(server.Address)).StatusCode);
    }

    [Fact]
    public async Task Options_may_change_while_the_client_is_in_use()
    {
        await using var server = await Server.StartAsync((context, _) => Task.FromResult(context.Response.StatusCode = 503));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("c:Retry:MaxRetryAttempts", "1"), new("c:Retry:Delay", "00:00:00.001")]).Build();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time);
        services.AddHttpClient("c").AddStandardResilienceHandler();
        services.Configure<HttpStandardResilienceOptions>("c-standard", configuration.GetSection("c"));
        using var provider = services.BuildServiceProvider();
        var client = Client(provider);
        await client.GetAsync(server.Address);
        Assert.Equal(2, server.Attempts);

        configuration["c:Retry:MaxRetryAttempts"] = "5";
        configuration.Reload();
        server.Attempts = 0;
        await client.GetAsync(server.Address);
        Assert.Equal(6, server.Attempts);
    }

    [Fact]
    public async Task Failed_attempts_and_retries_are_logged_with_client_and_reason()
    {
        await using var server = await Server.StartAsync(
            (context, attempt) => Task.FromResult(context.Response.StatusCode = attempt == 1 ? 503 : 200));
        var log = new LogLines();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time);
        services.AddLogging(logging => logging.AddProvider(log).AddFilter("System.Net.Http", LogLevel.None));
        services.AddHttpClient("catalog").AddStandardResilienceHandler();
        using var provider = services.BuildServiceProvider();

        await Client(provider, "catalog").GetAsync(server.Address);
        Assert.Equal(
            ["Resilience event ExecutionAttempt of client 'catalog', strategy Standard-Retry: 503",
                "Resilience event OnRetry of client 'catalog', strategy Standard-Retry: 503"],
            log.Lines);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        using var provider = Clients("c", options =>
        {
            options.AttemptTimeout.Timeout = TimeSpan.FromMinutes(1);
            options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(1);
        });
        var error = Assert.Throws<OptionsValidationException>(() => Client(provider));
        Assert.Equal(2, error.Failures.Count());
    }

    private static async Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private ServiceProvider Clients(string name, Action<HttpStandardResilienceOptions>? configure = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection().AddSingleton(time ?? _time);
        services.AddHttpClient(name).AddStandardResilienceHandler(configure ?? (_ => { }));
        return services.BuildServiceProvider();
    }

    private ServiceProvider AllClients(Action<HttpStandardResilienceOptions> configure)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time);
        services.ConfigureHttpClientDefaults(http => http.AddStandardResilienceHandler().Configure((options, _) => configure(options)));
        return services.BuildServiceProvider();
    }

    private static HttpClient Client(ServiceProvider provider, string name = "c") =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private sealed class Server(WebServer web) : IAsyncDisposable
    {
        private int _attempts;

        public int Attempts
        {
            get => _attempts;
            set => _attempts = value;
        }

        public Uri Address => web.Address;

        public static async Task<Server> StartAsync(Func<HttpContext, int, Task> answer)
        {
            Server? server = null;
            return server = new Server(await WebServer.StartAsync(
                context => answer(context, Interlocked.Increment(ref server!._attempts))));
        }

        public ValueTask DisposeAsync() => web.DisposeAsync();
    }

    /// <summary>Like a network stream: no way back.</summary>
    private sealed class OnceStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
