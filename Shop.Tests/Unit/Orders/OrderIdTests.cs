using System.Globalization;
using System.Security.Cryptography;
using Shop.Orders.Checkout;

namespace Shop.Tests.Unit.Orders;

public sealed class OrderIdTests
{
    private static readonly Guid Customer = Guid.Parse("5f0c4a61-6f1a-4b52-9a52-0c4f3f0b7a11");

    [Fact]
    public void An_id_has_the_version_and_variant_of_RFC_9562()
    {
        using var random = RandomNumberGenerator.Create();
        for (var n = 0; n < 500; n++)
        {
            AssertVersion8(OrderId.For(CustomerNumber(n), "key-" + n.ToString(CultureInfo.InvariantCulture)));
            AssertVersion8(OrderId.Random(CustomerNumber(n), random));
        }
    }

    [Fact]
    public void The_first_six_bits_are_those_of_the_hash_of_the_customer()
    {
        var hash = SHA256.HashData(Customer.ToByteArray(bigEndian: true));
        var id = OrderId.For(Customer, "key");
        Assert.Equal(hash[0] >> 2, id.ToByteArray(bigEndian: true)[0] >> 2);
        Assert.Equal(OrderId.BucketOfCustomer(Customer), OrderId.BucketOf(id));
    }

    // Computed apart from this code: SHA-256 over the customer's bytes in network order, then the key in UTF-8.
    [Fact]
    public void The_rest_is_the_hash_of_customer_and_key()
    {
        var hash = SHA256.HashData([.. Customer.ToByteArray(bigEndian: true), .. "schlüssel"u8]);
        var id = OrderId.For(Customer, "schlüssel").ToByteArray(bigEndian: true);
        Assert.Equal(hash[1..6], id[1..6]);
        Assert.Equal(hash[6] & 0x0F, id[6] & 0x0F);
        Assert.Equal(hash[7], id[7]);
        Assert.Equal(hash[8] & 0x3F, id[8] & 0x3F);
        Assert.Equal(hash[9..16], id[9..16]);
    }

    [Fact]
    public void The_same_key_gives_the_same_id_and_another_key_or_customer_another()
    {
        Assert.Equal(OrderId.For(Customer, "a"), OrderId.For(Customer, "a"));
        Assert.NotEqual(OrderId.For(Customer, "a"), OrderId.For(Customer, "b"));
        Assert.NotEqual(OrderId.For(Customer, "a"), OrderId.For(CustomerNumber(1), "a"));
    }

    [Fact]
    public void Without_a_key_ids_differ_but_stay_with_the_customer()
    {
        using var random = RandomNumberGenerator.Create();
        var ids = Enumerable.Range(0, 1000).Select(_ => OrderId.Random(Customer, random)).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(OrderId.BucketOfCustomer(Customer), OrderId.BucketOf(id)));
    }

    [Fact]
    public void Customers_spread_over_all_buckets()
    {
        var counts = Enumerable.Range(0, 6400).GroupBy(n => OrderId.BucketOfCustomer(CustomerNumber(n))).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(Enumerable.Range(0, OrderId.Buckets), counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, 50, 170));
    }

    private static void AssertVersion8(Guid id)
    {
        var bytes = id.ToByteArray(bigEndian: true);
        Assert.Equal(0x80, bytes[6] & 0xF0);
        Assert.Equal(0x80, bytes[8] & 0xC0);
        Assert.Equal('8', id.ToString("D", CultureInfo.InvariantCulture)[14]);
    }

    private static Guid CustomerNumber(int n) => new(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
}
