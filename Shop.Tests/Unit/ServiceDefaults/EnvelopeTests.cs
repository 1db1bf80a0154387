using RabbitMQ.Client;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class EnvelopeTests
{
    [Fact]
    public void The_day_is_that_of_the_message_itself()
    {
        var id = Guid.CreateVersion7(new DateTimeOffset(2027, 3, 1, 23, 59, 59, 999, TimeSpan.Zero));
        Assert.Equal(new DateOnly(2027, 3, 1), Message(id).Day);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var message = Message(Guid.CreateVersion7()) with { Attempt = 3 };
        var read = Envelope.Read(message.Properties("sender"), message.Body);
        Assert.Equal(message, read);
    }

    [Fact]
    public void A_message_without_an_attempt_is_at_its_first()
    {
        var properties = new BasicProperties { MessageId = Guid.CreateVersion7().ToString("D"), Type = "x" };
        Assert.Equal(1, Envelope.Read(properties, default)!.Attempt);
    }

    [Theory]
    [InlineData(null, "x")]
    [InlineData("7", "x")]
    [InlineData("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "x")]
    [InlineData("ffffffff-ffff-7fff-bfff-ffffffffffff", "x")]
    [InlineData("01936f3e-0000-7000-8000-000000000000", null)]
    [InlineData("01936f3e-0000-7000-8000-000000000000", "")]
    public void What_is_not_ours_is_not_read(string? id, string? type) =>
        Assert.Null(Envelope.Read(new BasicProperties { MessageId = id, Type = type }, default));

    private static Envelope Message(Guid id) =>
        new(id, "order-paid", Guid.CreateVersion7(), 7, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=b", default);
}
