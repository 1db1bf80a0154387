using System.Collections.Concurrent;
using System.Diagnostics;

namespace Shop.Tests.Service.ServiceDefaults;

[Collection(Servers.Collection)]
public sealed class TraceTests(Servers servers)
{
    [Fact]
    public async Task A_trace_continues_through_outbox_and_queue_and_batches_link_to_theirs()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var test = new ActivitySource("Shop.Tests");
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Shop.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var bed = await MessagingBed.CreateAsync(servers);
        ActivityContext first, second;
        await using (var sender = await bed.StartAsync(publish: false))
        {
            // Declares the queue; both messages below are then committed before any relay runs, and make one batch.
            await Eventually.TrueAsync(async () => await QueueExistsAsync(bed));
        }

        await using (var mute = await bed.StartAsync(consume: false))
        {
            using var failpoint = mute.Get<Shop.ServiceDefaults.Failpoints>().On(
                "messaging.relay.before-publish", _ => throw new Shop.ServiceDefaults.FailpointException("mute"));
            first = await SendTracedAsync(test, mute, 1);
            second = await SendTracedAsync(test, mute, 2);
        }

        await using var service = await bed.StartAsync();
        await bed.EffectsBecomeAsync(2);
        await Eventually.TrueAsync(() => Of(spans, "thing-happened process").Count(s => s.TraceId == first.TraceId || s.TraceId == second.TraceId) == 2);

        foreach (var origin in new[] { first, second })
        {
            var publish = Assert.Single(Of(spans, "thing-happened publish"), s => s.TraceId == origin.TraceId && s.Status == ActivityStatusCode.Unset);
            Assert.Equal(origin.SpanId, publish.ParentSpanId);
            var process = Assert.Single(Of(spans, "thing-happened process"), s => s.TraceId == origin.TraceId);
            Assert.Equal(publish.SpanId, process.ParentSpanId);
        }

        Assert.Contains(
            Of(spans, "outbox publish batch"),
            s => s.Links.Select(l => l.Context.SpanId).ToHashSet().SetEquals([first.SpanId, second.SpanId]));
    }

    private static IEnumerable<Activity> Of(IEnumerable<Activity> spans, string name) => spans.Where(s => s.OperationName == name);

    private static async Task<ActivityContext> SendTracedAsync(ActivitySource source, TestService service, int number)
    {
        using var activity = source.StartActivity("request")!;
        await MessagingBed.SendAsync(service, number);
        return activity.Context;
    }

    private static async Task<bool> QueueExistsAsync(MessagingBed bed)
    {
        try
        {
            await bed.DepthAsync(bed.Queue);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }
}
