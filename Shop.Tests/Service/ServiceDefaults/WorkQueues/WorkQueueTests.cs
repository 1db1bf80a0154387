using System.Net.Http.Json;
using Npgsql;
using RabbitMQ.Client;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.Tests.Service.ServiceDefaults.WorkQueues;

[Collection(Servers.Collection)]
public sealed class WorkQueueTests(Servers servers)
{
    [Fact]
    public async Task Two_replicas_do_jobs_one_by_one_in_the_order_of_their_coming()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        var (working, most) = (0, 0);
        bed.Script.Act = async (_, _, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref working));
            await Task.Yield();
            Interlocked.Decrement(ref working);
        };
        await using var first = await bed.StartAsync();
        await using var second = await bed.StartAsync();
        await bed.CountAsync(first, 0, 40);
        await bed.CountAsync(second, 40, 40);
        await bed.DoneAsync(Enumerable.Range(0, 80));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task The_next_replica_goes_on_with_the_job_at_which_the_first_one_stopped()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        var reached = new TaskCompletionSource();
        bed.Script.Act = async (job, context, cancellationToken) =>
        {
            if (job == "2" && reached.TrySetResult())
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        };
        await using var second = await StartTwoAndStopAsync(bed, reached.Task);
        await bed.DoneAsync(Enumerable.Range(0, 6));
        Assert.Equal("0 1 2 2 3 4 5", string.Join(' ', bed.Script.Begun));
    }

    [Fact]
    public async Task A_job_that_fails_keeps_its_place()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        bed.Script.Act = (job, context, _) => job == "1" && context.Attempt < 3
            ? throw new InvalidOperationException("not yet")
            : Task.CompletedTask;
        await using var service = await bed.StartAsync();
        await bed.CountAsync(service, 0, 4);
        await bed.DoneAsync(Enumerable.Range(0, 4));
        Assert.Equal("0 1 1 1 2 3", string.Join(' ', bed.Script.Begun));
    }

    [Fact]
    public async Task A_job_that_always_fails_is_a_dead_letter_after_five_deliveries_and_can_be_replayed()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        bed.Script.Act = (job, _, _) => job == "0" ? throw new InvalidOperationException("never") : Task.CompletedTask;
        await using var service = await bed.StartAsync();
        await bed.CountAsync(service, 0, 2);
        await bed.DoneAsync(1);
        Assert.Equal("0 0 0 0 0 1", string.Join(' ', bed.Script.Begun));
        await Eventually.TrueAsync(async () => await bed.DepthAsync(bed.Counts + ".dead") == 1);

        var attempt = 0;
        bed.Script.Act = (_, context, _) => Task.FromResult(attempt = context.Attempt);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/messaging/dead-letters/replay");
        request.Headers.Add("X-Service-Name", "operator");
        request.Headers.Add("X-Service-Key", "operator-key");
        using var answer = await service.Client.SendAsync(request);
        Assert.Equal(1, (await answer.Content.ReadFromJsonAsync<Replayed>())!.Number);
        await bed.DoneAsync(1, 0);
        Assert.Equal(1, attempt);
        Assert.Equal(0u, await bed.DepthAsync(bed.Counts + ".dead"));
    }

    [Fact]
    public async Task A_replica_that_dies_before_its_answer_has_the_job_delivered_again_and_the_effect_once()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        bed.Script.Act = async (job, context, cancellationToken) => await context.CommitOnceAsync(
            async (connection, transaction, token) =>
            {
                await using var insert = new NpgsqlCommand("insert into effects values ($1)", connection, transaction)
                {
                    Parameters = { new() { Value = job } },
                };
                await insert.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
        await using var service = await bed.StartAsync();
        var deaths = 0;
        using var failpoint = service.Get<Failpoints>().On("messaging.work.before-ack", _ =>
            Interlocked.Increment(ref deaths) == 1 ? throw new FailpointException("dies") : ValueTask.CompletedTask);
        await bed.CountAsync(service, 0, 2);
        // The second job is done after the first one's second delivery has been answered.
        await Eventually.TrueAsync(async () => await bed.ScalarAsync("select count(*) from effects") == 2);
        await Eventually.TrueAsync(() => deaths == 3);
        Assert.Equal("0 1", string.Join(' ', bed.Script.Begun));
    }

    [Fact]
    public async Task What_is_no_job_is_a_dead_letter_at_once_and_the_next_one_is_done()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        await bed.CountAsync(service, 0, 1);
        await bed.PublishRawAsync(bed.Counts, new BasicProperties { Type = "count", MessageId = $"{Guid.CreateVersion7():D}" }, "[]"u8.ToArray());
        await bed.CountAsync(service, 1, 1);
        await bed.DoneAsync(0, 1);
        await Eventually.TrueAsync(async () => await bed.DepthAsync(bed.Counts + ".dead") == 1);
        Assert.Equal("rejected", await bed.CauseOfDeathAsync(bed.Counts));
    }

    private static async Task<TestService> StartTwoAndStopAsync(WorkBed bed, Task reached)
    {
        await using var first = await bed.StartAsync();
        await bed.CountAsync(first, 0, 6);
        await reached;
        return await bed.StartAsync();
    }

    private sealed record Replayed([property: System.Text.Json.Serialization.JsonPropertyName("replayed")] int Number);
}
