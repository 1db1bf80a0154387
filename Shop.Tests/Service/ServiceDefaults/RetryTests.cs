using System.Net.Http.Json;
using System.Text;
using RabbitMQ.Client;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Service.ServiceDefaults;

[Collection(Servers.Collection)]
public sealed class RetryTests(Servers servers)
{
    [Fact]
    public async Task A_handler_that_fails_is_rolled_back_and_tried_again_after_each_delay()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        bed.Script.Act = context => context.Attempt < 4 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        await using var service = await bed.StartAsync();
        await MessagingBed.SendAsync(service, 1);
        await bed.EffectsBecomeAsync(1);
        Assert.Equal([1, 2, 3, 4], bed.Script.Attempts);
    }

    [Fact]
    public async Task After_five_tries_a_message_is_a_dead_letter_and_a_replay_completes_it()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        bed.Script.Act = _ => throw new InvalidOperationException("broken");
        await using var service = await bed.StartAsync();
        await MessagingBed.SendAsync(service, 1);
        await Eventually.TrueAsync(async () => bed.Script.Attempts.Count >= 5 && await bed.DepthAsync(bed.Queue + ".dead") == 1);
        Assert.Equal([1, 2, 3, 4, 5], bed.Script.Attempts);
        Assert.Equal(0, await bed.EffectsAsync());

        bed.Script.Act = _ => Task.CompletedTask;
        Assert.Equal(1, await ReplayAsync(service));
        await bed.EffectsBecomeAsync(1);
        Assert.Equal(1, bed.Script.Attempts.Last());
        Assert.Equal(0, await ReplayAsync(service));
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_dead_letter_at_once_and_holds_up_nobody()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        await MessagingBed.SendAsync(service, 1);
        await bed.EffectsBecomeAsync(1);
        var known = Properties(MessagingBed.Type);
        await bed.PublishRawAsync(known, "{"u8.ToArray());
        await bed.PublishRawAsync(known, "null"u8.ToArray());
        await bed.PublishRawAsync(Properties("never-heard-of"), "{}"u8.ToArray());
        await bed.PublishRawAsync(new BasicProperties { Type = MessagingBed.Type, MessageId = "7" }, "{}"u8.ToArray());
        await bed.PublishRawAsync(new BasicProperties(), Encoding.UTF8.GetBytes("hello"));
        await MessagingBed.SendAsync(service, 2);
        await bed.EffectsBecomeAsync(2);
        await Eventually.TrueAsync(async () => await bed.DepthAsync(bed.Queue + ".dead") == 5);
        Assert.Equal("rejected", await bed.CauseOfDeathAsync());
        Assert.Equal([1, 1], bed.Script.Attempts);
    }

    [Fact]
    public async Task Only_the_operator_may_replay()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        await IsReadyAsync(service);
        using var answer = await service.Client.PostAsync("/internal/messaging/dead-letters/replay", null);
        Assert.Equal(401, (int)answer.StatusCode);
    }

    private static BasicProperties Properties(string type) =>
        new() { Type = type, MessageId = Guid.CreateVersion7().ToString("D") };

    // Until then it answers 503, whoever asks.
    private static Task IsReadyAsync(TestService service) =>
        Eventually.TrueAsync(async () => (await service.Client.GetAsync("/health")).IsSuccessStatusCode);

    private static async Task<int> ReplayAsync(TestService service)
    {
        await IsReadyAsync(service);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/messaging/dead-letters/replay")
        {
            Headers = { { "X-Service-Name", "operator" }, { "X-Service-Key", "operator-key" } },
        };
        using var answer = await service.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<Replayed>())!.Count;
    }

    private sealed record Replayed([property: System.Text.Json.Serialization.JsonPropertyName("replayed")] int Count);
}
